"""The small generator is trained here, too."""

from tests.generation.conftest import micro_pipeline as micro_pipeline
