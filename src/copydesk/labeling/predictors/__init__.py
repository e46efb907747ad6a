"""Predictors that come along; ``copydesk.labeling.predict`` lists them."""
