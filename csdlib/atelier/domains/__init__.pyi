from .collection import atelier_domains as atelier_domains
from .pictures import DOMAINS as DOMAINS
