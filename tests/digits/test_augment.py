"""Augmentation: a changed picture of the same digit, reproducible from its seed."""

import torch

from deq.digits.augment import Augment
from deq.digits.mnist import load_subset

NOTHING = Augment(rotation=0, stretch=0, slant=0, shift=0, elastic=0, stroke=0, untouched=0)


def pictures(count: int = 32) -> torch.Tensor:
    images, _ = load_subset()
    return torch.from_numpy(images[:: len(images) // count][:count])[:, None].float() / 255


def made(augment: Augment, images: torch.Tensor, seed: int = 0) -> torch.Tensor:
    return augment(images, torch.Generator().manual_seed(seed))


def test_with_everything_off_nothing_changes() -> None:
    images = pictures()
    images = images / images.amax((2, 3), keepdim=True)
    torch.testing.assert_close(made(NOTHING, images), images, atol=1e-5, rtol=0)


def test_scaled_augmentation_changes_less() -> None:
    images, whole = pictures(), Augment(untouched=0)
    images = images / images.amax((2, 3), keepdim=True)
    changes = [float((made(whole.scaled(s), images) - images).abs().mean()) for s in (0, 0.3, 1)]
    assert changes[0] < 1e-5
    assert changes[0] < changes[1] < changes[2]


def test_augmented_pictures_keep_shape_range_and_ink() -> None:
    images = pictures()
    for seed in range(10):
        changed = made(Augment(untouched=0), images, seed)
        assert changed.shape == images.shape
        assert float(changed.min()) >= 0
        assert float(changed.max()) <= 1
        # No picture loses most of its ink, or gets much more.
        share = changed.mean((1, 2, 3)) / images.mean((1, 2, 3))
        assert float(share.min()) > 0.4
        assert float(share.max()) < 2.5


def test_the_same_seed_gives_the_same_pictures() -> None:
    images = pictures()
    torch.testing.assert_close(made(Augment(), images, 3), made(Augment(), images, 3))
    assert not torch.equal(made(Augment(), images, 3), made(Augment(), images, 4))


def test_the_global_random_state_is_unchanged() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    made(Augment(), pictures())
    assert torch.equal(torch.get_rng_state(), before)


def test_a_shift_moves_the_centre_of_mass_by_at_most_its_size() -> None:
    images = pictures()
    moved = made(
        Augment(rotation=0, stretch=0, slant=0, shift=2, elastic=0, stroke=0, untouched=0), images
    )
    across = torch.arange(28.0)

    def centre(batch: torch.Tensor) -> torch.Tensor:
        return (batch.sum(2) @ across / batch.sum((2, 3)))[:, 0]

    distance = (centre(moved) - centre(images)).abs()
    assert float(distance.max()) <= 2.05
    assert float(distance.max()) > 1


def test_the_given_share_is_left_unchanged() -> None:
    images = pictures(200)
    same = (made(Augment(untouched=0.5), images) == images).flatten(1).all(1)
    assert 0.35 < float(same.float().mean()) < 0.65
