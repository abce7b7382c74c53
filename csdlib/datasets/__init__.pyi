from .registry import load_dataset as load_dataset
