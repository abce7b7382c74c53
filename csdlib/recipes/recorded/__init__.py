"""What the book shows and does not run again: numbers in ``data/results``, each made by one command."""
