"""Curation: from captioned images to a style-labelled data set (arXiv:2404.01292, Section 3.1: LAION-Styles)."""

from csdlib.curation.bank import NOTHING, Phrase, TagBank
from csdlib.curation.curate import Curated, CurationConfig, curate
from csdlib.curation.duplicates import duplicate_groups, merged_tags, threshold_for
from csdlib.curation.quality import group_quality, tag_quality
from csdlib.curation.tagging import CUES, Match, Tagger

__all__ = [
    "CUES",
    "NOTHING",
    "Curated",
    "CurationConfig",
    "Match",
    "Phrase",
    "TagBank",
    "Tagger",
    "curate",
    "duplicate_groups",
    "group_quality",
    "merged_tags",
    "tag_quality",
    "threshold_for",
]
