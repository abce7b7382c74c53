"""How the shipped models are made: training, evaluation and the model card, each in one call."""

from csdlib.recipes.ablations import REFERENCE, SETTINGS, Setting, run_ablations
from csdlib.recipes.clip_tiny import train_clip_tiny, zero_shot
from csdlib.recipes.copy_tiny import train_copy_tiny
from csdlib.recipes.csd_tiny import curated_crawl, pupils, train_csd_tiny, unseen_artists
from csdlib.recipes.generated_on_map import generated_on_map, record_generated_on_map

__all__ = [
    "REFERENCE",
    "SETTINGS",
    "Setting",
    "curated_crawl",
    "generated_on_map",
    "pupils",
    "record_generated_on_map",
    "run_ablations",
    "train_clip_tiny",
    "train_copy_tiny",
    "train_csd_tiny",
    "unseen_artists",
    "zero_shot",
]
