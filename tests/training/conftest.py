"""The small generator and the drawn world in small are trained on here, too."""

from tests.generation.conftest import micro_pipeline as micro_pipeline
from tests.recipes.conftest import small_exhibition as small_exhibition
