from .registry import load_dataset as load_dataset
from .wikiart.years import year_of as year_of
