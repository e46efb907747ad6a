"""Acts on ``dataset/``: from raw articles to releases."""
