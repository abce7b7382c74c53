"""Domains: the atelier's subjects as photograph, painting, clip art, sketch, information graphic and doodle."""
