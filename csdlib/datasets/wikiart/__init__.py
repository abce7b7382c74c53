"""WikiArt in its three layouts: the paper's table, ArtGAN's folders, and the Hugging Face hub."""
