"""The atelier: procedural painters whose style and content are known. Nothing here is learned or borrowed."""

from csdlib.datasets.atelier.catalogue import PAINTERS, find_painter
from csdlib.datasets.atelier.crawl import atelier_crawl
from csdlib.datasets.atelier.domains import DOMAINS, atelier_domains
from csdlib.datasets.atelier.exhibition import atelier
from csdlib.datasets.atelier.painters import Painter
from csdlib.datasets.atelier.sets import UNSEEN, WITHHELD
from csdlib.datasets.atelier.studio import render
from csdlib.datasets.atelier.subjects import SUBJECTS, sample_scene

__all__ = [
    "DOMAINS",
    "PAINTERS",
    "SUBJECTS",
    "UNSEEN",
    "WITHHELD",
    "Painter",
    "atelier",
    "atelier_crawl",
    "atelier_domains",
    "find_painter",
    "render",
    "sample_scene",
]
