"""Releases: immutable, versioned folders that anyone can check."""
