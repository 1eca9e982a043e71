/**
 * The rest of the icons, imported by the console, by the pages and by what the panel loads later: its form and its first
 * message do without them.
 */
import { PATHS, TURNING } from "./icons.js";

Object.assign(PATHS, {
  back: "M12.5 4.5 7 10l5.5 5.5",
  bold: "M6 4h5a3 3 0 0 1 0 6H6ZM6 10h6a3 3 0 0 1 0 6H6Z",
  canned: "M11 2.5 4.5 11.5H10L9 17.5l6.5-9H10Z",
  code: "M7 6l-4 4 4 4M13 6l4 4-4 4",
  italic: "M8.5 4H15M5 16h6.5M12 4 8 16",
  link: "M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1",
  list: "M8 5h9M8 10h9M8 15h9M3.5 5h.01M3.5 10h.01M3.5 15h.01",
  quote: "M4 5v10M8 6h8M8 10h8M8 14h5",
  bell: "M5 13.5V9a5 5 0 0 1 10 0v4.5l1.5 1.5h-13ZM8.5 17.5h3",
  chat: "M3 4.5h14v9.5H9l-4 3v-3H3Z",
  chevron: "M5 7.5l5 5 5-5",
  clip: "M14.5 8.5 9 14a2.5 2.5 0 0 1-3.5-3.5L12 4a3.5 3.5 0 0 1 5 5l-7 7a5 5 0 0 1-7-7l5-5",
  erase: "M8 16.5 3.5 12 11.5 4l5 5-7.5 7.5ZM7.5 8l5 5M9 16.5h8",
  image: "M3 4h14v12H3ZM3 14l4-4 3 3 3-3 4 4M7 7.5h.01",
  inbox: "M3 11 5 4h10l2 7v5H3ZM3 11h4l1 2h4l1-2h4",
  keyboard: "M2.5 5.5h15v9.5h-15ZM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M7 12h6",
  mute: "M3 8v4h3l4 3.5v-11L6 8ZM13 8l4 4M17 8l-4 4",
  next: "M7.5 4.5 13 10l-5.5 5.5",
  note: "M4 3h12v9l-5 5H4ZM16 12h-5v5M7 7h6M7 10h3",
  offline: "M2.5 8a11 11 0 0 1 15 0M5.5 11.5a6.5 6.5 0 0 1 9 0M10 15.5h.01M3.5 3.5l13 13",
  person: "M10 3.5a3 3 0 1 0 .01 0ZM4 17c0-3.5 2.5-5 6-5s6 1.5 6 5",
  phone: "M4 3h3l1.5 4L6.5 8.5a9 9 0 0 0 5 5L13 11.5l4 1.5v3c-7 1.5-14.5-6-13-13Z",
  pin: "M7 3h6l-.5 6 3 3H4.5l3-3ZM10 12v5.5",
  retry: "M15.5 8a6 6 0 1 0 .5 4M16 3.5V8h-4.5",
  save: "M4 3h12v14l-6-4-6 4Z",
  search: "M8.5 3a5.5 5.5 0 1 0 .01 0ZM12.5 12.5 17 17",
  sound: "M3 8v4h3l4 3.5v-11L6 8ZM13 7.5a4 4 0 0 1 0 5M15 5a7.5 7.5 0 0 1 0 10",
  thumbDown: "M3 11h3V3H3ZM6 11l3.5 6.5c1.5 0 2-1 2-2V12H16a1 1 0 0 0 1-1.2L15.5 4a1 1 0 0 0-1-1H6",
  thumbUp: "M3 9h3v8H3ZM6 9l3.5-6.5c1.5 0 2 1 2 2V8H16a1 1 0 0 1 1 1.2L15.5 16a1 1 0 0 1-1 1H6",
  ticket: "M3 5.5h14v3a1.5 1.5 0 0 0 0 3v3H3v-3a1.5 1.5 0 0 0 0-3ZM12 6v1.5M12 9.3v1.4M12 12.5V14",
  tools: "M3 6h7M14 6h3M3 10h2M9 10h8M3 14h8M15 14h2M10 4.5v3h4v-3ZM5 8.5v3h4v-3ZM11 12.5v3h4v-3Z",
  transfer: "M3 7h12l-3-3M17 13H5l3 3",
  wall: "M3 16.5V10h3.5v6.5ZM8.25 16.5v-13h3.5v13ZM13.5 16.5V7H17v9.5Z",
});
TURNING.add("back").add("next");
