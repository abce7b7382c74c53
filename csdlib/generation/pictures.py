"""Generated images: a pipeline and a table of prompts go in, a folder of pictures that is also a data set comes out."""

import ast
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from filelock import FileLock
from tqdm import tqdm

from csdlib.datasets.generated import generated
from csdlib.errors import InputError, needs_extra
from csdlib.files import AnyPath, atomic_path, cache_folder, code_of, shared_cache, text_hash
from csdlib.generation.adapters import adapted_name
from csdlib.generation.pipelines import compute_dtype, load_pipeline, revision
from csdlib.images import open_image
from csdlib.tables import ImageTable
from csdlib.texts import read_csv

#: What a table of prompts has to have, see ``csdlib.generation.prompts``.
ASKED = ("artist", "content", "prompt", "prompt_set", "seed")

#: What decides pixels beside the settings: libraries, and files of this room.
_LIBRARIES = ("diffusers", "torch", "transformers")
_CODE = ("pictures.py", "pipelines.py")

#: The file of a folder's settings.
_SETTINGS = "settings.json"

#: The file of a folder's pictures that a safety checker has refused.
_REFUSED = "refused.json"


@dataclass(frozen=True)
class Settings:
    """How all pictures of a folder are made; two settings in one folder are refused.

    Attributes:
        model: a name of ``MODELS``, a folder of a diffusers pipeline, or ``owner/name`` on the hub; with an adapter
            ``MODEL + ADAPTER at SCALE``.
        prompt_set: where the prompts are from: simple, content, user, or a name of your own.
        guidance: how strongly a prompt is followed; 1 is without guidance.
        steps: denoising steps.
        negative_prompt: what is to be avoided.
        size: side of the pictures in pixels, a multiple of 8; 0 is the model's own.
        revision: which model: the commit on the hub, or a hash of the files of a folder; and which adapter.
        precision: of the arithmetic: it moves pictures a little.
    """

    model: str
    prompt_set: str
    guidance: float = 7.5
    steps: int = 50
    negative_prompt: str = ""
    size: int = 0
    revision: str = ""
    precision: str = "float32"

    def __post_init__(self) -> None:
        if not self.guidance >= 0:
            raise InputError(f"guidance must be at least 0 (1 is without guidance), got {self.guidance}")
        if self.steps < 1:
            raise InputError(f"steps must be at least 1, got {self.steps}")
        if self.size < 0 or self.size % 8:
            raise InputError(f"size must be a multiple of 8, or 0 for the model's own, got {self.size}")


@lru_cache
@needs_extra("generate")
def made_with(*, adapted: bool = False) -> str:
    """What makes pictures here: the versions of the libraries, and a hash over the code of csdlib that does it.

    Args:
        adapted: pictures by a model with an adapter.

    Raises:
        InputError: one of the libraries is not installed.
    """
    libraries = (*_LIBRARIES, "peft") if adapted else _LIBRARIES
    files = (*_CODE, "adapters.py") if adapted else _CODE
    sources = [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in files]
    code = text_hash(*(ast.unparse(code_of(source)) for source in sources))[:12]
    return ", ".join([*(f"{name} {version(name)}" for name in libraries), f"csdlib's code {code}"])


def generate(
    model: AnyPath,
    prompts: pd.DataFrame,
    output: AnyPath | None = None,
    *,
    adapter: AnyPath = "",
    adapter_scale: float = 1.0,
    guidance: float = 7.5,
    steps: int = 50,
    negative_prompt: str = "",
    size: int = 0,
    batch_size: int = 16,
    progress: bool = True,
) -> ImageTable:
    """Makes a picture for every row of a table of prompts; those that the folder has already are not made again.

    Each picture starts from noise of its own seed, so it does not depend on which others are made with it. A killed run
    leaves whole pictures only, and goes on from them. The folder can be read by ``load_dataset("generated", folder)``.

    Args:
        model: a name of ``MODELS``, a folder that holds a diffusers pipeline, or ``owner/name`` on the hub.
        prompts: as ``csdlib.generation.prompts`` makes them, of one prompt set.
        output: folder for the pictures; it may hold others of the same settings. Where these were made with other
            versions of the libraries or of csdlib, they are kept; if some are missing, that is said on the error
            stream and noted in ``settings.json``. By default a folder in the cache folder of csdlib that bears the hash
            of settings and versions, so that nothing is made twice, and nothing is kept that is made otherwise now.
        adapter: a LoRA adapter of the model, a folder or ``owner/name`` on the hub, see ``load_pipeline``; empty: none.
            Model, adapter and scale together are the ``model`` of the pictures, and its revision names both.
        adapter_scale: how strongly the adapter works: 1 as it was trained, 0 as if it were not there.
        guidance: how strongly a prompt is followed (classifier-free guidance); 1 is without guidance.
        steps: denoising steps.
        negative_prompt: what is to be avoided.
        size: side of the pictures in pixels; 0 is the model's own.
        batch_size: pictures made together; changes nothing but the speed.
        progress: show a progress bar on the error stream.

    Returns:
        the pictures of the prompts, in their order. ``manifest`` has the settings, and in ``refused`` the number of
        pictures that the model's own safety checker has blackened: they are not kept, and not asked for again.

    Raises:
        InputError: a setting out of range, prompts that lack a column, are empty or longer than the text encoder reads,
            a model that is none, an adapter that cannot be had or does not fit the model, a folder with pictures of
            other settings, or a safety checker that refused all.
    """
    output = None if output is None else Path(output)
    kind = _check_prompts(prompts)
    if batch_size < 1:
        raise InputError(f"batch_size must be at least 1, got {batch_size}")
    precision = str(compute_dtype()).removeprefix("torch.")
    name, which = adapted_name(model, adapter, adapter_scale), revision(model, adapter)
    settings = Settings(name, kind, float(guidance), steps, negative_prompt, size, which, precision)
    maker = made_with(adapted=bool(adapter))
    key = text_hash(*asdict(settings).values(), maker)[:24]
    asked = prompts.assign(path=[f"{text_hash(*row)[:24]}.png" for row in prompts[list(ASKED)].to_numpy().tolist()])
    asked = asked.drop_duplicates("path")
    if output is None and (lent := _lent(key, asked)):
        return _as_asked(lent, asked, settings, refused=0)
    output = output or cache_folder() / "generated" / key
    output.mkdir(parents=True, exist_ok=True)
    # Of two processes that want the same pictures the second one waits, and finds them there.
    with FileLock(output / ".lock"):
        _claim(output, settings, maker)
        refused = _refused(output)
        missing = asked[[path not in refused and not _whole(output / path) for path in asked["path"]]]
        if len(missing):
            _sign(output, maker)
            load = partial(load_pipeline, model, adapter=adapter, adapter_scale=adapter_scale)
            _make_all(load, missing, settings, output, batch_size, progress)
        made = asked[[(output / path).is_file() for path in asked["path"]]]
        if made.empty:
            raise InputError(f"{output}: the safety checker of {name} refused all {len(asked)} pictures")
        _add_rows(output, made, settings)
        table = generated(output)
    return _as_asked(table, made, settings, refused=len(asked) - len(made))


def _lent(key: str, asked: pd.DataFrame) -> ImageTable | None:
    """The pictures of these settings in a shared cache, if it has all that are asked for."""
    shared = shared_cache()
    if shared is None or not (shared / "generated" / key / "generated.csv").is_file():
        return None
    table = generated(shared / "generated" / key)
    known = set(table.frame["path"])
    return table if all(path in known and _whole(table.root / path) for path in asked["path"]) else None


def _as_asked(table: ImageTable, made: pd.DataFrame, settings: Settings, *, refused: int) -> ImageTable:
    """Of all pictures of a folder those that were made now, in the order in which they were asked for."""
    kept = table.take(pd.Index(table.frame["path"]).get_indexer(pd.Index(made["path"])))
    return ImageTable(kept.frame, table.root, kept.manifest | asdict(settings) | {"refused": refused})


def _check_prompts(prompts: pd.DataFrame) -> str:
    """The one prompt set of a table of prompts."""
    for column in ASKED:
        if column not in prompts:
            raise InputError(f"the prompts lack the column {column!r}; they need {', '.join(ASKED)}")
    if prompts.empty:
        raise InputError("the table of prompts has no row")
    empty = ~prompts["prompt"].map(lambda text: isinstance(text, str) and text.strip() != "")
    if empty.any():
        raise InputError(f"row {int(empty.to_numpy().argmax())}: the prompt is empty")
    kinds = prompts["prompt_set"].unique().tolist()
    if len(kinds) > 1:
        raise InputError(f"prompts of several sets ({', '.join(map(str, kinds))}): give each a folder of its own")
    return str(kinds[0])


def _check_lengths(pipeline: Any, prompts: pd.DataFrame, negative_prompt: str) -> None:
    """No prompt may be cut in silence: what stands behind the limit would be asked for in vain."""
    most = pipeline.tokenizer.model_max_length
    texts = [("negative_prompt", negative_prompt), *((f"row {row}", text) for row, text in prompts["prompt"].items())]
    for where, text in texts:
        length = len(pipeline.tokenizer(text)["input_ids"])
        if length > most:
            raise InputError(f"{where}: the prompt has {length} tokens, and the model reads {most}; shorten it")


def _claim(output: Path, settings: Settings, maker: str) -> None:
    """Writes the settings of a folder, or compares them with those that it has."""
    if not (output / _SETTINGS).is_file():
        _write(output, asdict(settings) | {"made_with": [maker]})
    there = json.loads((output / _SETTINGS).read_text())
    other = [name for name, value in asdict(settings).items() if there.get(name) != value]
    if other:
        name = other[0]
        raise InputError(
            f"{output}: holds pictures made with {name} = {there.get(name)!r}, not {getattr(settings, name)!r}; "
            "give every setting a folder of its own"
        )


def _sign(output: Path, maker: str) -> None:
    """Notes in a folder what makes pictures now; says so where others were made with something else."""
    there = json.loads((output / _SETTINGS).read_text())
    before = there.get("made_with", ["an earlier csdlib"])
    if maker not in before:
        tqdm.write(
            f"{output}: holds pictures made with {before[-1]}. Those that it lacks are made with {maker}: "
            "they may differ a little",
            file=sys.stderr,
        )
        _write(output, there | {"made_with": [*before, maker]})


def _write(output: Path, settings: dict[str, Any]) -> None:
    with atomic_path(output / _SETTINGS) as path:
        path.write_text(json.dumps(settings, indent=1) + "\n")


def _whole(path: Path) -> bool:
    try:
        open_image(path)
    except InputError:
        return False
    return True


def _make_all(
    load: Callable[[], Any], missing: pd.DataFrame, settings: Settings, output: Path, batch_size: int, progress: bool
) -> None:
    pipeline = load()
    _check_lengths(pipeline, missing, settings.negative_prompt)
    with tqdm(total=len(missing), desc="generating", disable=not progress) as bar:
        for start in range(0, len(missing), batch_size):
            rows = missing.iloc[start : start + batch_size]
            _make(pipeline, rows, settings, output)
            bar.update(len(rows))


def _make(pipeline: Any, rows: pd.DataFrame, settings: Settings, output: Path) -> None:
    """Makes the pictures of some rows; those that the safety checker lets pass are written, each as a whole."""
    side = {"height": settings.size, "width": settings.size} if settings.size else {}
    # Noise comes from the CPU on every device, and of each picture from a generator of its own.
    chance = [torch.Generator().manual_seed(int(seed)) for seed in rows["seed"]]
    made = pipeline(
        prompt=rows["prompt"].tolist(),
        negative_prompt=[settings.negative_prompt] * len(rows),
        guidance_scale=settings.guidance,
        num_inference_steps=settings.steps,
        generator=chance,
        **side,
    )
    black = getattr(made, "nsfw_content_detected", None) or [False] * len(rows)
    for image, name, refused in zip(made.images, rows["path"], black, strict=True):
        if not refused:
            with atomic_path(output / name) as path:
                image.save(path)
    if any(black):
        with atomic_path(output / _REFUSED) as path:
            path.write_text(json.dumps(sorted(_refused(output) | set(rows["path"][list(black)])), indent=1) + "\n")


def _refused(output: Path) -> set[str]:
    """The pictures that the safety checker has refused."""
    path = output / _REFUSED
    return set(json.loads(path.read_text())) if path.is_file() else set()


def _add_rows(output: Path, made: pd.DataFrame, settings: Settings) -> None:
    """Adds pictures to the table of a folder."""
    path = output / "generated.csv"
    rows = made[[*ASKED, "path"]].assign(
        model=settings.model,
        revision=settings.revision,
        negative_prompt=settings.negative_prompt,
        guidance=settings.guidance,
        steps=settings.steps,
    )
    if path.is_file():
        known = read_csv(path)
        rows = pd.concat([known[~known["path"].isin(made["path"])], rows.astype(str)], ignore_index=True)
    with atomic_path(path) as temporary:
        rows.to_csv(temporary, index=False)
