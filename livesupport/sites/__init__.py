"""Sites: the web sites that embed the widget, their topics and business hours, and the canned replies."""
