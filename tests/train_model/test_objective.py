"""The training objective: its gradient is what it claims to be. Needs torch, which only training needs."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is installed for training only")

from scripts.train_model import lfmmi  # noqa: E402
from scripts.train_model.network import Network, Shape  # noqa: E402
from scripts.train_model.phones import N_PDFS, N_SOUNDS  # noqa: E402

STOP = [[["S", "T", "AA", "P"]]]
IM_DONE = [[["AY", "M"], ["AH", "M"]], [["D", "AH", "N"]]]


def scores(clips: int, frames: int) -> torch.Tensor:
    return torch.randn(clips, frames, N_PDFS, generator=torch.Generator().manual_seed(0))


def any_trigram() -> np.ndarray:
    chances = np.random.default_rng(0).random((N_SOUNDS, N_SOUNDS, N_SOUNDS))
    return chances / chances.sum(2, keepdims=True)


def test_every_frame_of_the_denominator_is_some_sound() -> None:
    _, posteriors = lfmmi.Denominator(any_trigram())(scores(2, 7))
    assert torch.allclose(posteriors.sum(2), torch.ones(2, 7), atol=1e-4)


@pytest.mark.parametrize("pdf", [0, 1, 12, 333])
def test_posteriors_are_the_slope_of_the_denominator(pdf: int) -> None:
    denominator, at, step = lfmmi.Denominator(any_trigram()), scores(1, 6), torch.zeros(1, 6, N_PDFS)
    step[0, 3, pdf] = 0.5
    slope = (denominator(at + step)[0] - denominator(at - step)[0]) / 1.0
    assert float(slope) == pytest.approx(float(denominator(at)[1][0, 3, pdf]), rel=0.1, abs=2e-4)


def test_posteriors_are_the_slope_of_the_numerator() -> None:
    graph, at = lfmmi.spoken(IM_DONE), scores(1, 12)
    _, posteriors, fits = lfmmi.numerator(at, [graph])
    assert bool(fits[0])
    assert torch.allclose(posteriors.sum(2), torch.ones(1, 12), atol=1e-4)
    for pdf in {int(pdf) for pdf in graph.pdfs[:4]}:
        step = torch.zeros(1, 12, N_PDFS)
        step[0, 3, pdf] = 0.05
        slope = (lfmmi.numerator(at + step, [graph])[0] - lfmmi.numerator(at - step, [graph])[0]) / 0.1
        assert float(slope) == pytest.approx(float(posteriors[0, 3, pdf]), abs=5e-3)


def test_words_that_do_not_fit_into_the_time_are_noticed() -> None:
    _, _, fits = lfmmi.numerator(scores(2, 3), [lfmmi.spoken(STOP), lfmmi.spoken([[["AH"]]])])
    assert fits.tolist() == [False, True]


def test_clips_of_a_batch_do_not_disturb_each_other() -> None:
    at, graphs = scores(2, 12), [lfmmi.spoken(STOP), lfmmi.spoken(IM_DONE)]
    together = lfmmi.numerator(at, graphs)[0]
    alone = torch.cat([lfmmi.numerator(at[i : i + 1], [graphs[i]])[0] for i in range(2)])
    assert torch.allclose(together, alone, atol=1e-4)


def test_the_network_gives_one_frame_for_three() -> None:
    network = Network(Shape(hidden=16, bottleneck=4, looks_ahead=(True, False), final=8)).eval()
    assert network(torch.zeros(1, 36, 40)).shape == (1, 12, N_PDFS)
    assert network(torch.zeros(1, 37, 40)).shape == (1, 13, N_PDFS)


def test_the_network_sees_no_further_than_it_says() -> None:
    shape = Shape(hidden=16, bottleneck=4, looks_ahead=(True, False), final=8)
    network, quiet = Network(shape).eval(), torch.zeros(1, 90, 40)
    later = quiet.clone()
    later[0, 60] = 5.0
    changed = (network(later) - network(quiet)).abs().amax(2)[0] > 0
    frames = [3 * int(step) for step in torch.nonzero(changed)[:, 0]]
    assert frames and min(frames) >= 60 - shape.right_frames and max(frames) <= 60 + shape.left_frames
