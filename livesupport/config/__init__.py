"""What can be set (`values`), and how it is read from flags, environment and file (`loading`)."""

from livesupport.config.loading import (
    FILE_VARIABLE,
    PREFIX,
    SECRETS,
    ConfigError,
    Setting,
    load,
    load_with_origins,
    settings,
)
from livesupport.config.values import Config, Database, Desk, Files, Limits, Log, Metrics, Server, Tickets, Tls, normal_origin

__all__ = [
    "FILE_VARIABLE",
    "PREFIX",
    "SECRETS",
    "Config",
    "ConfigError",
    "Database",
    "Desk",
    "Files",
    "Limits",
    "Log",
    "Metrics",
    "Server",
    "Setting",
    "Tickets",
    "Tls",
    "load",
    "load_with_origins",
    "normal_origin",
    "settings",
]
