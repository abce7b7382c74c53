"""The loss against the reference's values, against brute force, and at its closed forms."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from csdlib.errors import InputError
from csdlib.training import losses
from csdlib.training.losses import multilabel_contrastive_loss, self_supervised_loss
from tests.conftest import GOLDEN

CASES = range(4)
#: The reference adds this to the softmax's denominator and to the number of positives.
EPSILON = 1e-6


def golden(case: int) -> dict[str, np.ndarray]:
    with np.load(GOLDEN / "supcon.npz") as stored:
        return {key.split("/")[1]: stored[key] for key in stored.files if key.startswith(f"{case}/")}


def by_rows(style: Tensor, weights: Tensor, temperature: float, epsilon: float) -> Tensor:
    """The loss as it is written in words, one row after the other."""
    rows = []
    for i in range(len(style)):
        others = [j for j in range(len(style)) if j != i]
        top = float((style[i] @ style.T / temperature).detach().max())
        logits = style[others] @ style[i] / temperature - top
        log_probability = logits - torch.log(logits.exp().sum() + epsilon)
        weight = weights[i, others]
        total = weight.sum() + epsilon if epsilon else weight.sum().clamp(min=1)
        rows.append(-(weight * log_probability).sum() / total)
    return torch.stack(rows).mean()


def random_batch(seed: int, n: int = 12, d: int = 6, tags: int = 4) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    style = torch.nn.functional.normalize(torch.randn(n, d, generator=generator, dtype=torch.float64), dim=1)
    return style, (torch.rand(n, tags, generator=generator) < 0.3).double()


@pytest.mark.parametrize("case", CASES)
def test_parity_with_the_reference(case: int) -> None:
    stored = golden(case)
    features = torch.tensor(stored["features"], dtype=torch.float64, requires_grad=True)
    labels, temperature = torch.tensor(stored["labels"]), float(stored["temperature"])
    supervised = temperature * multilabel_contrastive_loss(features[:, 0], labels, temperature, "count")
    ssl = temperature * self_supervised_loss(features, temperature)
    (5 * supervised + ssl).backward()
    # The reference's epsilon in the denominator matters where all other images are far away; the next test removes it.
    assert supervised.item() == pytest.approx(float(stored["loss_sup"]), abs=1e-3)
    assert ssl.item() == pytest.approx(float(stored["loss_ssl"]), abs=1e-3)
    assert features.grad is not None
    np.testing.assert_allclose(features.grad.numpy(), stored["grad_total"], atol=3e-3)


@pytest.mark.parametrize("case", CASES)
def test_the_difference_is_the_references_epsilon_and_nothing_else(case: int) -> None:
    stored = golden(case)
    features = torch.tensor(stored["features"], dtype=torch.float64, requires_grad=True)
    temperature, labels = float(stored["temperature"]), torch.tensor(stored["labels"], dtype=torch.float64)
    tags, image = labels @ labels.T, torch.arange(len(features)).repeat_interleave(features.shape[1])
    pairs = (image[:, None] == image).double()
    supervised, ssl = (
        temperature * by_rows(style, weights, temperature, EPSILON)
        for style, weights in ((features[:, 0], tags), (features.flatten(0, 1), pairs))
    )
    (5 * supervised + ssl).backward()
    assert supervised.item() == pytest.approx(float(stored["loss_sup"]), abs=1e-6)
    assert ssl.item() == pytest.approx(float(stored["loss_ssl"]), abs=1e-6)
    assert features.grad is not None
    np.testing.assert_allclose(features.grad.numpy(), stored["grad_total"], atol=1e-6)
    # So by_rows is the reference; without the epsilon it is ours.
    ours = multilabel_contrastive_loss(features[:, 0], labels, temperature, "count")
    assert ours.item() == pytest.approx(by_rows(features[:, 0], tags, temperature, 0.0).item(), abs=1e-12)
    ours = self_supervised_loss(features, temperature)
    assert ours.item() == pytest.approx(by_rows(features.flatten(0, 1), pairs, temperature, 0.0).item(), abs=1e-12)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_indicator_counts_a_positive_once(seed: int) -> None:
    style, labels = random_batch(seed)
    weights = (labels @ labels.T > 0).double()
    expected = by_rows(style, weights, 0.2, 0.0).item()
    assert multilabel_contrastive_loss(style, labels, 0.2, "indicator").item() == pytest.approx(expected)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_order_of_the_batch_does_not_matter(seed: int) -> None:
    style, labels = random_batch(seed)
    order = torch.randperm(len(style), generator=torch.Generator().manual_seed(seed))
    first, second = (multilabel_contrastive_loss(style[o], labels[o]) for o in (torch.arange(len(style)), order))
    assert first.item() == pytest.approx(second.item())


def test_weightings_agree_where_no_two_images_share_two_tags() -> None:
    style, _ = random_batch(1)
    labels = torch.eye(4)[[0, 1, 2, 3] * 3]
    indicator, count = (multilabel_contrastive_loss(style, labels, 0.1, how) for how in ("indicator", "count"))
    assert indicator.item() == pytest.approx(count.item())


def test_collapsed_descriptors_give_the_logarithm_of_the_others() -> None:
    style = torch.ones(10, 4, dtype=torch.float64) / 2
    assert multilabel_contrastive_loss(style, torch.ones(10, 1)).item() == pytest.approx(math.log(9))
    assert self_supervised_loss(style.reshape(5, 2, 4)).item() == pytest.approx(math.log(9))


def test_rows_without_a_positive_count_as_nothing_and_still_push() -> None:
    style, _ = random_batch(2, n=4)
    labels = torch.tensor([[1, 0], [1, 0], [0, 1], [0, 0]])
    rows_0_and_1 = 4 * multilabel_contrastive_loss(style, labels)
    expected = sum(
        -(style[i] @ style[1 - i] / 0.1 - torch.logsumexp(style[i] @ style[[j for j in range(4) if j != i]].T / 0.1, 0))
        for i in (0, 1)
    )
    assert float(rows_0_and_1) == pytest.approx(float(expected))
    assert float(multilabel_contrastive_loss(style, torch.zeros(4, 2))) == 0


@pytest.mark.parametrize("weighting", ["indicator", "count"])
def test_gradients_are_exact(weighting: str) -> None:
    style, labels = random_batch(3, n=5, d=3)
    style.requires_grad_()
    assert torch.autograd.gradcheck(lambda s: multilabel_contrastive_loss(s, labels, 0.5, weighting), style)
    views = torch.nn.functional.normalize(torch.randn(3, 2, 4, dtype=torch.float64), dim=2).requires_grad_()
    assert torch.autograd.gradcheck(self_supervised_loss, views)


@pytest.mark.parametrize("weighting", ["indicator", "count"])
def test_blocks_equal_the_whole(weighting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = []
    for rows in (1000, 5):
        monkeypatch.setattr("csdlib.training.losses.BLOCK", rows)
        style, labels = random_batch(4, n=24)
        style.requires_grad_()
        views = style.reshape(12, 2, 6)
        loss = multilabel_contrastive_loss(style, labels, 0.1, weighting) + self_supervised_loss(views, 0.1)
        values.append((loss.item(), *torch.autograd.grad(loss, style)))
    assert values[0][0] == pytest.approx(values[1][0], abs=1e-12)
    torch.testing.assert_close(values[0][1], values[1][1], atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: multilabel_contrastive_loss(torch.ones(3), torch.ones(3, 1)), "need style"),
        (lambda: multilabel_contrastive_loss(torch.ones(3, 2), torch.ones(2, 1)), "need style"),
        (lambda: multilabel_contrastive_loss(torch.ones(3, 2), torch.ones(3, 1), 0.0), "temperature"),
        (lambda: multilabel_contrastive_loss(torch.ones(3, 2), torch.ones(3, 1), 0.1, "both"), "indicator"),
        (lambda: self_supervised_loss(torch.ones(3, 2)), "views"),
        (lambda: self_supervised_loss(torch.ones(3, 1, 2)), "views"),
    ],
)
def test_bad_input_is_named(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


def test_a_mean_over_positives_divides_by_the_rows_that_have_one() -> None:
    style = torch.nn.functional.normalize(torch.randn(6, 4, generator=torch.Generator().manual_seed(0)), dim=1)
    labels = torch.tensor([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]])
    rows = multilabel_contrastive_loss(style, labels)
    # Two of six rows have a partner.
    assert float(multilabel_contrastive_loss(style, labels, mean_over="positives")) == pytest.approx(3 * float(rows))
    assert float(multilabel_contrastive_loss(style, torch.zeros(6, 1), mean_over="positives")) == 0
    with pytest.raises(InputError, match="mean_over"):
        multilabel_contrastive_loss(style, labels, mean_over="labels")  # type: ignore[arg-type]


def test_a_mean_over_positives_is_the_same_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    style = torch.nn.functional.normalize(torch.randn(9, 4, generator=torch.Generator().manual_seed(1)), dim=1)
    labels = torch.eye(5)[[0, 0, 1, 1, 1, 2, 3, 4, 4]]
    whole = multilabel_contrastive_loss(style, labels, mean_over="positives")
    monkeypatch.setattr(losses, "BLOCK", 4)
    assert float(multilabel_contrastive_loss(style, labels, mean_over="positives")) == pytest.approx(float(whole))
