"""The page for the reader's own pictures: its numbers are Python's, nothing leaves it, and what is wrong is said."""

import base64
import csv
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Error, Page

from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.figures.engine import ADDRESSES
from csdlib.figures.own_pictures import Instrument, own_pictures_figure
from csdlib.files import data_path
from csdlib.maps.layout import MapSettings, StyleMap
from csdlib.metrics.estimate import Estimate
from csdlib.scoring.corpora import corpus
from csdlib.similarity.attribution import candidates
from csdlib.similarity.reading import Reading
from csdlib.similarity.scores import style_similarity
from csdlib.tables import ImageTable
from tests.book.conftest import ROOT
from tests.book.tabs import Tab
from tests.conftest import stripes
from tests.serving import served

EVIL = "<img src=x onerror=alert(1)>"
PAGE = """<!doctype html><html data-theme="light"><head><meta charset="utf-8"><title>Own pictures</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><link rel="stylesheet" href="csd.css">
</head><body class="bd-article">{figure}</body></html>"""
PEOPLE = "Painters of stripes"


@pytest.fixture(scope="module")
def works(striped_table: ImageTable) -> ImageTable:
    """Forty works of four artists, one with a hostile name."""
    return ImageTable(striped_table.frame.replace({"artist": {"artist-2": EVIL}}), striped_table.root)


def made(name: str, works: ImageTable, scale: str) -> Instrument:
    descriptor = load(name, device="cpu")
    seen = embed(works, descriptor, progress=False)
    places = np.random.default_rng(0).normal(size=(len(seen), 2)).astype(np.float32) * [9, 4]
    known = candidates(seen, seen.table.column("artist"), wrong=0.2)
    laid_out = StyleMap(seen, places.astype(np.float32), MapSettings())
    return Instrument(name, "a test", laid_out, corpus(scale, descriptor), {PEOPLE: known})


@pytest.fixture(scope="module")
def tiny(works: ImageTable) -> Instrument:
    return made("csd-tiny", works, "atelier")


@pytest.fixture(scope="module")
def art(works: ImageTable) -> Instrument:
    return made("csd-art", works, "paintings")


@pytest.fixture(scope="module")
def address(
    tiny: Instrument, art: Instrument, works: ImageTable, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The page, served by a strict host with the weights beside it."""
    root = tmp_path_factory.mktemp("own")
    samples = [root / f"sample {number}.webp" for number in range(3)]
    for number, path in enumerate(samples):
        stripes(number, 5, 900 + number).save(path)
    figure = own_pictures_figure([tiny, art], works, samples, caption="Yours.")
    (root / "page.html").write_text(PAGE.format(figure=figure.data))
    shutil.copy(ROOT / "book" / "_static" / "csd.css", root)
    for name, place in ADDRESSES.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(data_path(f"models/{name}/model.safetensors"), root / place)
    with served(root) as address:
        yield address


@pytest.fixture(scope="module")
def tab(browser: Browser, address: str) -> Tab:
    tab = Tab.new(browser)
    tab.open(f"{address}page.html")
    return tab


@pytest.fixture
def page(tab: Tab) -> Iterator[Page]:
    """The page without pictures; what went wrong while the test used it fails the test."""
    if part(tab.page, "clear").is_visible():
        part(tab.page, "clear").click()
    yield tab.page
    assert tab.errors == []


def part(page: Page, name: str) -> Any:
    return page.locator(f'[data-part="{name}"]')


def as_png(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def mine() -> list[Image.Image]:
    """Two alike, one unlike, one that is no stripes at all."""
    noise = np.random.default_rng(1).integers(0, 256, (90, 140, 3), dtype=np.uint8)
    return [stripes(0, 5, 501), stripes(0, 5, 502), stripes(2, 9, 503), Image.fromarray(noise)]


def choose(page: Page, files: dict[str, bytes]) -> None:
    given = [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in files.items()]
    part(page, "files").set_input_files(given)


def load_weights(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=f"Load {name}")
    if button.is_visible():
        button.click()
    page.locator(".csd-describer:visible [role=status]", has_text=f"{name} is loaded").wait_for()


def said(page: Page, text: str) -> str:
    part(page, "status").filter(has_text=text).wait_for()
    # Results are drawn a frame later.
    page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
    return str(part(page, "status").inner_text())


def saved(page: Page, name: str) -> list[dict[str, str]]:
    with page.expect_download() as download:
        part(page, name).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def vectors(descriptor: Descriptor, images: list[Image.Image]) -> Embeddings:
    found = np.stack([descriptor.encode(descriptor.preprocess(image)[None])[0].numpy() for image in images])
    ids = np.array([f"{number}.png" for number in range(len(images))])
    return Embeddings(found, ids, descriptor.fingerprint, "cosine")


@pytest.mark.browser
@pytest.mark.parametrize("name", ["csd-tiny", "csd-art"])
def test_the_numbers_are_pythons(page: Page, tiny: Instrument, art: Instrument, works: ImageTable, name: str) -> None:
    by, images = {"csd-tiny": tiny, "csd-art": art}[name], mine()
    page.get_by_role("radio", name=name).check()
    load_weights(page, name)
    choose(page, {f"{number}.png": as_png(image) for number, image in enumerate(images)})
    said(page, f"4 of 4 described by {name}")
    descriptor = load(name, device="cpu")
    expected = vectors(descriptor, images)
    # Scores, and what they say.
    rows = saved(page, "pairs")
    assert [(row["first"], row["second"]) for row in rows][:2] == [("0.png", "1.png"), ("0.png", "2.png")]
    assert len(rows) == 6
    for row in rows:
        first, second = (images[int(row[side][0])] for side in ("first", "second"))
        score = style_similarity(first, second, descriptor=descriptor)
        reading = score.on(by.scale)
        assert float(row["cosine"]) == pytest.approx(score.value, abs=1e-4)
        assert float(row["above_different"]) == pytest.approx(reading.above_different, abs=1e-3)
        assert float(row["above_same"]) == pytest.approx(reading.above_same, abs=2e-3)
        ratio = reading.likelihood_ratio
        assert ratio
        for end, value in (("", ratio.value), ("_low", ratio.low), ("_high", ratio.high)):
            assert float(row[f"likelihood_ratio{end}"]) == pytest.approx(value, rel=0.02), (end, row)
        assert row["corpus"] == reading.corpus and row["descriptor"] == name
    # In the words of csdlib compare.
    first = rows[0]
    shares = float(first["above_different"]), float(first["above_same"])
    ends = (float(first[f"likelihood_ratio{end}"]) for end in ("", "_low", "_high"))
    words = str(Reading(first["corpus"], *shares, Estimate(*ends, 1, "artist")))
    assert words in part(page, "score").inner_text()
    assert f"{float(first['cosine']):.3f} is the cosine of 1. 0.png and 2. 1.png" in part(page, "score").inner_text()
    # Nearest works, and people.
    found = [row for row in saved(page, "found-csv") if row["picture"] == "3.png"]
    cosines = expected.vectors[3] @ by.laid_out.embeddings.vectors.T
    nearest = np.argsort(-cosines)[:6]
    shown = [row for row in found if row["what"] == "work"]
    assert [float(row["cosine"]) for row in shown] == pytest.approx(cosines[nearest].tolist(), abs=1e-4)
    artists = works.column("artist")
    assert [row["name"].rpartition(", ")[0] for row in shown] == [works.name_of(artists[row]) for row in nearest]
    ranked = by.lists[PEOPLE].rank(expected)
    ranked = ranked[ranked["image_id"] == "3.png"]
    people = [row for row in found if row["what"] == PEOPLE]
    assert [float(row["cosine"]) for row in people] == pytest.approx(ranked["similarity"].tolist(), abs=1e-4)
    assert [row["named"] == "true" for row in people] == ranked["named"].tolist()
    assert [row["name"] for row in people] == [works.name_of(artist) for artist in ranked["artist"]]


@pytest.mark.browser
def test_somebody_is_named_only_from_the_threshold_on(page: Page, tiny: Instrument, works: ImageTable) -> None:
    page.get_by_role("radio", name="csd-tiny").check()
    load_weights(page, "csd-tiny")
    choose(page, {"work.png": works.path(0).read_bytes(), "noise.png": as_png(mine()[3])})
    said(page, "2 of 2 described")
    answer = part(page, "found").locator(".csd-own-answer")
    assert answer.inner_text() == f"{PEOPLE}: {works.name_of(works.column('artist')[0])}."
    # The work itself is the nearest, with a cosine of 1.
    assert part(page, "found").locator(".csd-own-strip li").first.inner_text().startswith("1.00 ")
    part(page, "chosen").select_option(index=1)
    answer.filter(has_text="nobody on this list").wait_for()
    assert tiny.lists[PEOPLE].wrong.percent() in part(page, "found").inner_text()


@pytest.mark.browser
def test_a_place_on_the_map_is_pythons(page: Page, tiny: Instrument) -> None:
    images = vectors(load("csd-tiny", device="cpu"), mine())
    expected = tiny.laid_out.place(images)
    script = book.asset("nearest.js") + book.asset("own_pictures/measure.js")
    known = tiny.laid_out
    for vector, place in zip(images.vectors, expected, strict=True):
        found = page.evaluate(
            f"([vector, vectors, places]) => {{ const data = {{ between: 5 }}; {script}\n"
            "return amongWorks(vector, { vectors, places }).place; }",
            [vector.tolist(), known.embeddings.vectors.ravel().tolist(), known.coordinates.ravel().tolist()],
        )
        assert found == pytest.approx(place.tolist(), abs=1e-3)


def pixels(page: Page, laid_out: StyleMap, places: np.ndarray) -> np.ndarray:
    """Where places of a map stand on the page's canvas: the map fills it but for 30 pixels, and y grows upwards."""
    width, height = part(page, "map").evaluate("canvas => [canvas.clientWidth, canvas.clientHeight]")
    low, high = laid_out.coordinates.min(axis=0), laid_out.coordinates.max(axis=0)
    scale = min((np.array([width, height]) - 60) / (high - low))
    return np.array([width, height]) / 2 + (places - (low + high) / 2) * scale * [1, -1]


@pytest.mark.browser
def test_the_map_shows_works_and_pictures_at_pythons_places(page: Page, tiny: Instrument, works: ImageTable) -> None:
    page.get_by_role("radio", name="csd-tiny").check()
    load_weights(page, "csd-tiny")
    choose(page, {f"{number}.png": as_png(image) for number, image in enumerate(mine())})
    said(page, "4 of 4 described")
    images, known = vectors(load("csd-tiny", device="cpu"), mine()), tiny.laid_out
    names = [works.name_of(artist) for artist in works.column("artist")]
    # In words: the five nearest works' artists, most of them first.
    five = np.argsort(-(images.vectors @ known.embeddings.vectors.T), axis=1)[:, :5]
    for number, (rows, line) in enumerate(zip(five, part(page, "places").locator("li").all_inner_texts(), strict=True)):
        counted = [f"{name} ({count})" for name, count in Counter(names[row] for row in rows).most_common()]
        assert line == f"{number + 1}. {number}.png: between works by {', '.join(counted)}"
    # Under the pointer: each work at its own place.
    part(page, "map").scroll_into_view_if_needed()
    box = part(page, "map").bounding_box()
    labels = []
    for x, y in pixels(page, known, known.coordinates):
        page.mouse.move(box["x"] + x, box["y"] + y)
        labels.append(part(page, "under").inner_text())
    contents = works.column("content")
    assert labels == [", ".join(filter(None, both)) for both in zip(names, contents, strict=True)]
    # Drawn: the frame of the chosen picture, which lies on top, on all four sides of its place.
    for number, place in enumerate(pixels(page, known, known.place(images))):
        part(page, "chosen").select_option(index=number)
        page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
        sides = part(page, "list").locator("canvas").nth(number).evaluate("each => [each.width, each.height]")
        across, down = np.array(sides) / max(sides) * 1.7 * max(14, box["width"] / 32) / 2
        for step in ((across, 0), (-across, 0), (0, down), (0, -down)):
            x, y = (place + step).tolist()
            seen = part(page, "map").evaluate(
                """(canvas, [x, y]) => [...canvas.getContext("2d").getImageData(x - 1, y - 1, 3, 3).data]""",
                [round(x), round(y)],
            )
            assert [213, 94, 0, 255] in np.reshape(seen, (-1, 4)).tolist(), (number, step)


@pytest.mark.browser
def test_a_reduced_picture_is_small_whatever_its_form(page: Page) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # stands on its right side
    half = Image.new("RGB", (200, 100), "red")
    half.paste("blue", (100, 0, 200, 100))
    for picture, sides in (
        (as_png(Image.new("RGB", (16, 5000))), [1, 96]),
        (as_png(Image.new("RGB", (4000, 1000))), [96, 24]),
        (as_png(half, "JPEG", exif=turned), [48, 96]),
    ):
        found = page.evaluate(
            f"""async (letters) => {{
                  {book.asset("elements.js")}
                  const small = await reduced(new File([decode(letters, Uint8Array)], "any"), 96);
                  const pen = make("canvas").getContext("2d");
                  pen.drawImage(small, 0, 0);
                  return [small.width, small.height, ...pen.getImageData(24, 10, 1, 1).data];
                }}""",
            base64.b64encode(picture).decode(),
        )
        assert found[:2] == sides
    # The last one as it is meant to be seen: red above.
    assert found[2] > 200 > found[4]
    with pytest.raises(Error, match=r"a\.txt: this browser does not show it"):
        page.evaluate(f"() => {{ {book.asset('elements.js')}\n return reduced(new File(['no'], 'a.txt'), 96); }}")


@pytest.mark.browser
def test_nothing_leaves_but_the_question_for_the_weights(browser: Browser, address: str) -> None:
    tab = Tab.new(browser)
    asked: list[tuple[str, str, str | None]] = []
    tab.page.on("request", lambda request: asked.append((request.method, request.url, request.post_data)))
    tab.open(f"{address}page.html")
    choose(tab.page, {"0.png": as_png(mine()[0])})
    assert "waiting for the weights" in said(tab.page, "0 of 1")
    part(tab.page, "samples").click()
    load_weights(tab.page, "csd-tiny")
    said(tab.page, "4 of 4 described")
    saved(tab.page, "pairs")
    part(tab.page, "first").select_option(index=2)
    sent = [each for each in asked if each[1].startswith("http")]
    assert {method for method, _, _ in sent} == {"GET"} and not any(data for _, _, data in sent)
    assert [url.removeprefix(address) for _, url, _ in sent] == ["page.html", "csd.css", ADDRESSES["csd-tiny"]]
    assert tab.errors == []
    tab.page.close()


@pytest.mark.browser
def test_what_cannot_be_measured_says_why_and_the_rest_goes_on(page: Page) -> None:
    image, other = mine()[:2]
    page.get_by_role("radio", name="csd-tiny").check()
    load_weights(page, "csd-tiny")
    files = {
        "text.jpg": b"no picture at all",
        "empty.png": b"",
        "phone.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500),
        "small.png": as_png(image.resize((15, 90))),
        "moving.webp": as_png(image, "WEBP", save_all=True, append_images=[other]),
        "print.jpg": as_png(image.convert("CMYK"), "JPEG"),
        f"{EVIL}.png": as_png(image),
    }
    choose(page, files)
    assert said(page, "3 of 7 described").endswith("4 refused.")
    tiles = part(page, "list").locator("li").all_inner_texts()
    for tile, says in zip(tiles[:4], ("Not a picture", "empty", "HEIC", "15 x 90"), strict=True):
        assert says in tile
    # A name is text, wherever it stands.
    assert EVIL in tiles[6]
    assert page.locator("img").count() == 0
    assert EVIL in part(page, "matrix").inner_text()
    reasons = [row for row in saved(page, "found-csv") if row["note"]]
    assert [row["picture"] for row in reasons] == ["text.jpg", "empty.png", "phone.heic", "small.png"]


@pytest.mark.browser
def test_fifty_are_the_most_and_a_long_row_can_be_stopped(page: Page) -> None:
    page.get_by_role("radio", name="csd-tiny").check()
    load_weights(page, "csd-tiny")
    data = as_png(mine()[0])
    choose(page, {f"{number}.png": data for number in range(200)})
    assert "200 pictures are too many: the page takes 50 in all." in said(page, "too many")
    assert part(page, "list").locator("li").count() == 0
    choose(page, {f"{number}.png": data for number in range(50)})
    part(page, "stop").click()
    assert "stopped" in said(page, "not looked at")
    choose(page, {"one.png": data})
    assert "holds 50 already" in said(page, "too many")
    part(page, "list").locator("button").first.click()
    said(page, "0 of 49")
    part(page, "more").click()
    said(page, "3 of 49 described")
    assert part(page, "matrix").locator("tbody tr").count() >= 3
    part(page, "clear").click()
    assert said(page, "removed") == "All pictures are removed."


@pytest.mark.browser
def test_pictures_are_dropped_and_pasted(page: Page) -> None:
    page.get_by_role("radio", name="csd-tiny").check()
    load_weights(page, "csd-tiny")
    for number, (kind, target) in enumerate([("drop", '[data-part="drop"]'), ("paste", "body")]):
        page.evaluate(
            """([kind, target, letters, name]) => {
                 const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
                 const data = new DataTransfer();
                 data.items.add(new File([bytes], name, { type: "image/png" }));
                 const event = kind === "drop"
                   ? new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true })
                   : new ClipboardEvent(kind, { clipboardData: data, bubbles: true });
                 document.querySelector(target).dispatchEvent(event);
               }""",
            [kind, target, book.data_uri(mine()[number]).partition(",")[2], f"{kind}.webp"],
        )
    said(page, "2 of 2 described")
    assert part(page, "chosen").locator("option").all_inner_texts() == ["1. drop.webp", "2. paste.webp"]
    page.evaluate(
        """() => document.querySelector('[data-part="drop"]').dispatchEvent(
             new DragEvent("drop", { dataTransfer: new DataTransfer(), bubbles: true, cancelable: true }))"""
    )
    said(page, "holds no file")


@pytest.mark.browser
def test_a_cell_of_the_matrix_chooses_its_pair_and_names_are_safe_in_a_spreadsheet(page: Page) -> None:
    page.get_by_role("radio", name="csd-tiny").check()
    load_weights(page, "csd-tiny")
    names = ["plain.png", '=HYPERLINK("http://x").png', '+1,"2".png']
    choose(page, {name: as_png(image) for name, image in zip(names, mine(), strict=False)})
    said(page, "3 of 3 described")
    part(page, "matrix").locator("tbody tr").nth(2).locator("td").nth(1).click()
    assert part(page, "score").inner_text().split("\n")[0].count("+1") == 1
    assert part(page, "first").evaluate("box => box.selectedIndex") == 2
    assert part(page, "second").evaluate("box => box.selectedIndex") == 1
    written = {row["second"] for row in saved(page, "pairs")}
    assert written == {"'" + names[1], "'" + names[2]}


@pytest.mark.browser
def test_a_phone_has_room_and_every_control_has_a_name(browser: Browser, address: str) -> None:
    phone = Tab.new(browser, width=390)
    phone.open(f"{address}page.html")
    part(phone.page, "samples").click()
    load_weights(phone.page, "csd-tiny")
    said(phone.page, "3 of 3 described")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    drawn = phone.page.evaluate(
        """() => {
             const map = document.querySelector('[data-part="map"]');
             const { data } = map.getContext("2d").getImageData(0, 0, map.width, map.height);
             return data.filter((value, place) => place % 4 === 3 && value).length;
           }"""
    )
    assert drawn > 2000
    nameless = phone.page.evaluate(
        """() => [...document.querySelectorAll(".csd-own button, .csd-own select, .csd-own input")]
             .filter((each) => !(each.labels?.[0]?.textContent || each.ariaLabel || each.textContent).trim()).length"""
    )
    assert nameless == 0
    assert phone.errors == []
    phone.page.close()


def data_of(shown: Any) -> dict[str, Any]:
    text = re.search(r'<script type="application/json">(.*?)</script>', shown.data, re.DOTALL)
    assert text
    found: dict[str, Any] = json.loads(text[1])
    return found


def test_the_figure_holds_no_markup_of_others(tiny: Instrument, works: ImageTable, tmp_path: Path) -> None:
    evil = "<script>alert(1)<"
    (tmp_path / evil).write_bytes(as_png(mine()[0]))
    shown = own_pictures_figure([tiny], works, [tmp_path / evil], caption=evil)
    assert "<script>alert" not in shown.data and EVIL not in shown.data
    sample = data_of(shown)["samples"][0]
    assert sample["name"] == evil and base64.b64decode(sample["bytes"]) == as_png(mine()[0])


def test_what_a_page_cannot_show_is_refused(tiny: Instrument, works: ImageTable) -> None:
    flat = replace(tiny.laid_out, settings=MapSettings("pca"))
    for instruments, table, says in (
        ([], works, "needs an instrument"),
        ([tiny], works.take(np.arange(5)), "other works"),
        ([replace(tiny, laid_out=flat)], works, "by PCA"),
        ([replace(tiny, name="colour")], works, "descriptor of a page"),
    ):
        with pytest.raises(InputError, match=says):
            own_pictures_figure(instruments, table, caption="Yours.")
