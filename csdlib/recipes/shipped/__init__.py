"""How each shipped model is made: training, evaluation and the model card, each in one call."""
