"""Turn a pile of news articles into a labelled, versioned dataset that people can trust."""

__version__ = "0.1.0"
