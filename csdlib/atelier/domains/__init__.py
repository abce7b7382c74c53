"""Domains: the atelier's subjects as photograph, painting, clip art, sketch, information graphic and doodle."""

from csdlib.atelier.domains.collection import DOMAINS, atelier_domains

__all__ = ["DOMAINS", "atelier_domains"]
