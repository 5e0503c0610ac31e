"""Handwriting varied before it is drawn: habits, mixed hands, kinds of ink."""
