"""An offline companion for two people who want a better evening."""

__version__ = "0.1.0"
