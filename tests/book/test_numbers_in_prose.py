"""No number of the prose is a measurement that a rerun could change: what is measured, cells print and tables show."""

import re

import pytest

from book.chapters import find_chapters, read_chapter
from book.project import Project
from tests.book.conftest import ROOT

PROJECT = Project(ROOT, ROOT / "build")

#: Fractions and percentages that are no measurement: definitions, thresholds, versions, what others published.
EVERYWHERE = {"95 %", "0.5"}
STATED = {
    "quickstart": {"0.7": "an example of a score"},
    "meet_the_painters": {"0.9": "the bar of an exercise"},
    "your_own_images": {"0.0": "what others write for a missing number"},
    "what_a_score_means": {
        "0.38": "the question",
        "0.8": "the paper's threshold",
        "0.25": "the Brier score of whoever says one half",
        "70 %": "an example",
    },
    "test_yourself": {"55 %": "the paper", "25 %": "chance"},
    "can_you_tell_a_style": {"55 %": "the paper"},
    "a_small_stable_diffusion": {"0.155": "an exercise's given", "0.18215": "Stable Diffusion's own scale"},
    "a_descriptor_for_real_art": {"0.4": "an example of a score"},
    "whom_does_stable_diffusion_imitate": {
        "0.568": "the paper",
        "+0.568": "the paper",
        "0.05": "a level",
        "1.4": "a version",
    },
    "curating_styles": {"0.8": "SSCD's own threshold"},
    "training_a_descriptor": {"0.2": "the weight of an exercise"},
    "whose_style_is_it": {"2.1": "a version", "0.95": "an exercise's given"},
    "do_longer_prompts_copy_more": {"2.1": "a version"},
    "does_a_style_travel": {
        "0.568": "the paper",
        "+0.568": "the paper",
        "0.25": "an exercise's given",
        "0.3": "printed",
        "2 %": "one painter in forty-eight",
    },
    "who_is_in_the_model": {
        "0.8": "the paper's threshold",
        "0.9": "the prediction",
        "0.75": "an exercise's given",
        "1.4": "a version",
        "2.1": "a version",
    },
    "which_name_was_in_the_prompt": {"1.4": "a version", "1.5": "a version"},
    "taken_out_or_never_in": {"1.4": "a version", "2.1": "a version", "0.8": "the prediction, printed"},
    "how_to_report_a_study_of_style": {"70 %": "an example"},
}

#: What is not read as prose: formulas, code, roles, the targets of links.
_NO_PROSE = re.compile(r"\$\$.*?\$\$|\$[^$]*\$|```.*?```|\{[\w:-]+\}`[^`]*`|`[^`]*`|\]\([^)]*\)", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+(?: ?%)?| ?%)")


@pytest.mark.parametrize("slug", find_chapters(PROJECT))
def test_prose_states_no_measurement(slug: str) -> None:
    notebook = read_chapter(PROJECT, slug).notebook()
    texts = [_NO_PROSE.sub(" ", cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    found = {number for text in texts for number in _NUMBER.findall(text)}
    assert found <= EVERYWHERE | set(STATED.get(slug, {}))
