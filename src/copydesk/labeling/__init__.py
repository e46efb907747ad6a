"""Acts on ``labeling/``: from articles to annotations, agreement and gold."""
