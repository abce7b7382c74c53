"""A slider: several pictures or tables of which one is shown, chosen by the reader, from data in the page.

Its script stands in the slider itself, so it works in JupyterLab and from a disk, too.
"""

import json
from collections.abc import Sequence
from html import escape

from IPython.display import HTML

from csdlib.errors import InputError, require_range
from csdlib.figures.book import asset, framed


def slider(frames: Sequence[tuple[str, str]], *, label: str, caption: str, start: int = 0) -> HTML:
    """Frames of which the reader sees one at a time; arrow keys move from one to the next.

    Args:
        frames: (label, HTML body), in the order of the slider. Labels are escaped, bodies are not: make them by
            ``gallery(...).data`` or the like.
        label: what changes, for example ``"temperature"``.
        caption: what to see.
        start: the number of the frame that is shown first, from 0.

    Raises:
        InputError: fewer than two frames, or a start that is none of them.
    """
    if len(frames) < 2:
        raise InputError(f"a slider needs two frames or more, got {len(frames)}")
    require_range("start", start, 0, len(frames) - 1)
    labels = [text for text, _ in frames]
    bodies = "".join(
        f'<div class="csd-frame"{"" if number == start else " hidden"}>{body}</div>'
        for number, (_, body) in enumerate(frames)
    )
    moved = escape(asset("slider_moved.js"))
    control = (
        f'<input type="range" min="0" max="{len(frames) - 1}" step="1" value="{start}" oninput="{moved}" '
        f'data-labels="{escape(json.dumps(labels))}" aria-valuetext="{escape(labels[start])}" autocomplete="off">'
    )
    shown = f"<label>{escape(label)}: <output>{escape(labels[start])}</output> {control}</label>"
    return framed(f'<div class="csd-slider">{shown}{bodies}</div>', caption)
