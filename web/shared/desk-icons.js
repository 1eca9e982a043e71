/**
 * Icons for the people who work here: imported by the console and by the pages, so that the panel need not carry them.
 */
import { PATHS, TURNING } from "./icons.js";

Object.assign(PATHS, {
  back: "M12.5 4.5 7 10l5.5 5.5",
  bell: "M5 13.5V9a5 5 0 0 1 10 0v4.5l1.5 1.5h-13ZM8.5 17.5h3",
  chevron: "M5 7.5l5 5 5-5",
  keyboard: "M2.5 5.5h15v9.5h-15ZM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M7 12h6",
  mute: "M3 8v4h3l4 3.5v-11L6 8ZM13 8l4 4M17 8l-4 4",
  person: "M10 3.5a3 3 0 1 0 .01 0ZM4 17c0-3.5 2.5-5 6-5s6 1.5 6 5",
  phone: "M4 3h3l1.5 4L6.5 8.5a9 9 0 0 0 5 5L13 11.5l4 1.5v3c-7 1.5-14.5-6-13-13Z",
  pin: "M7 3h6l-.5 6 3 3H4.5l3-3ZM10 12v5.5",
  retry: "M15.5 8a6 6 0 1 0 .5 4M16 3.5V8h-4.5",
  search: "M8.5 3a5.5 5.5 0 1 0 .01 0ZM12.5 12.5 17 17",
  sound: "M3 8v4h3l4 3.5v-11L6 8ZM13 7.5a4 4 0 0 1 0 5M15 5a7.5 7.5 0 0 1 0 10",
  ticket: "M3 5.5h14v3a1.5 1.5 0 0 0 0 3v3H3v-3a1.5 1.5 0 0 0 0-3ZM12 6v1.5M12 9.3v1.4M12 12.5V14",
  transfer: "M3 7h12l-3-3M17 13H5l3 3",
  wall: "M3 16.5V10h3.500v6.500ZM8.250 16.500V3.500h3.500v13ZM13.500 16.500V7H17v9.500Z",
});
TURNING.add("back");
