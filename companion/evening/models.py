"""Speech models for an evening: which are known, which are installed, which is in force, and what it is good enough for."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from companion.adapters import model_fetch, model_files, vosk_folder
from companion.adapters.model_catalogue import KnownModel, read_catalogue
from companion.adapters.model_fetch import megabytes
from companion.adapters.model_store import ModelStore, check_listed, check_whole
from companion.adapters.vosk_folder import SpeechModel
from companion.evening import folders
from companion.evening import settings as stored
from companion.exercises.content import did_you_mean
from companion.trouble import Trouble

EMBEDDED = "embedded-en"
"""The model that comes along."""
BASE = "en"
"""The language it is for."""

LISTED = "; companion models list shows what there is."
"""What to do where nothing comes close to a name."""

Progress = Callable[[float], None]


class Feature(StrEnum):
    """What an evening asks of a speech model."""

    COMMANDS = "commands"  # "stop", and the answers to a question: phrases of a grammar; our own model is enough
    HINTS = "hints"  # a word of what a partner told, on request: needs the words of ordinary talk


def good_enough(model: SpeechModel, feature: Feature) -> bool:
    """Whether a model can do what the feature needs."""
    return model.commands if feature is Feature.COMMANDS else model.full


def looked_at(folder: Path) -> SpeechModel:
    """What the model in a folder is. Raises Trouble for anything that is no whole model."""
    return vosk_folder.look(folder)


def bigger(used: SpeechModel, language: str) -> str:
    """What a bigger model would add to the one in use, and how to get it; nothing where it would add nothing."""
    if good_enough(used, Feature.HINTS):
        return ""
    fitting = [model for model in models_for(language) if Feature.HINTS in model.can]
    if not fitting:
        return ""
    name = fitting[0].name
    here = name in store().installed()
    how = f"companion models use {name}" if here else f"companion models fetch {name} ({megabytes(fitting[0].size)})"
    if language != BASE and used.folder == embedded(language):
        return f"This one was made for English and knows the words of {language!r} by like sounds; one made for it: {how}"
    return f"A bigger one also hears the words of ordinary talk, for hints in a reflection: {how}"


def shipped_folder() -> Path:
    """Where the models that come along lie: `$COMPANION_MODELS`, else beside the package. Raises Trouble where there are none."""
    named = os.environ.get("COMPANION_MODELS")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "models"
    if not folder.is_dir():
        raise Trouble(f"I find no models in {folder}; install companion from its own folder, or set COMPANION_MODELS.")
    return folder


def store() -> ModelStore:
    """The shelf of models that were installed."""
    return ModelStore(folders.models())


def catalogue() -> dict[str, KnownModel]:
    """Every model known by name; none where no list came along. Raises Trouble where it is damaged."""
    manifest = shipped_folder() / "manifest.yaml"
    return read_catalogue(manifest) if manifest.exists() else {}


def folder_of(named: str | Path) -> Path:
    """The folder of a model given by its name or its folder; a folder of that path wins. It need not be there."""
    given = Path(named).expanduser()
    if given.is_dir() or given.name != str(named):
        return given
    if str(named) in store().installed():
        return store().path(str(named))
    beside = shipped_folder() / str(named)
    return beside if beside.is_dir() else given


def in_force(asked: str | Path | None = None, language: str = BASE) -> Path | None:
    """Folder of the speech model to use: the one `asked` for, else `$COMPANION_SPEECH_MODEL`, else the embedded one.

    Another language than English takes a model for it that was fetched, or else the one that comes along, if there is one. None
    where nothing was asked for and none is here. A setting is something asked for (`evening_model`).
    """
    named = asked or os.environ.get("COMPANION_SPEECH_MODEL")
    if named:
        return folder_of(named)
    if language != BASE:
        installed = set(store().installed())
        fetched = next((store().path(model.name) for model in models_for(language) if model.name in installed), None)
        if fetched is not None:
            return fetched
    shipped = embedded(language)
    return shipped if (shipped / "am" / "final.mdl").is_file() else None


def embedded(language: str = BASE) -> Path:
    """Where the model for a language lies that comes along; it need not be there."""
    return shipped_folder() / f"embedded-{language}"


def models_for(language: str) -> list[KnownModel]:
    """The known models that hear commands in a language, those of the language at large before those of a country."""
    fitting = [
        model
        for model in catalogue().values()
        if model.kind == "recognizer" and "commands" in model.can and model.language.split("-")[0] == language
    ]
    return sorted(fitting, key=lambda model: (model.language != language, model.size))


@dataclass(frozen=True, slots=True)
class Shelved:
    """One line of `companion models list`."""

    name: str
    known: KnownModel | None
    folder: Path | None  # where it lies, if it is here
    used: bool
    size: int  # bytes on disk where it is here, else of its download


def listing() -> list[Shelved]:
    """Every known model and every other one that is installed. Raises Trouble where the list is damaged."""
    known, shelf = catalogue(), store()
    settings = stored.load()
    used = in_force(settings.speech_model, settings.language)
    found: list[Shelved] = []
    for name in dict.fromkeys([*known, *shelf.installed()]):
        folder = _place(name, known.get(name))
        entry = known.get(name)
        size = _bytes(folder) if folder else (entry.size if entry else 0)
        found.append(Shelved(name, entry, folder, folder is not None and folder == used, size))
    return found


def fetch(name: str, unverified: bool = False, progress: Progress = lambda share: None) -> Path:
    """Download, check and install a known model. Raises Trouble; then nothing is installed (a partial download may wait)."""
    model = known_model(name)
    shelf = store()
    if _place(name, model) is not None:
        raise Trouble(f"{name} is installed already, in {_place(name, model)}; to use it: companion models use {name}")
    if not model.checkable and not unverified:
        raise Trouble(
            f"Nobody publishes a hash of {name}, so it can't be verified; to fetch it all the same, run: "
            f"companion models fetch {name} --unverified"
        )
    part = shelf.download(model.archive or name)
    model_fetch.fetch(model, part, progress)
    folder = shelf.install(part, name, model.kind, model.url or "")
    part.unlink(missing_ok=True)
    return folder


def add(path: Path, name: str | None = None, progress: Progress = lambda share: None) -> tuple[str, Path]:
    """Install a model carried by hand: an archive or a folder. Its name, and where it lies now. Raises Trouble."""
    if not path.exists():
        raise Trouble(f"There is no file or folder {path}; give the archive or the folder of a model that you carried here.")
    known = catalogue()
    entry = next((one for one in known.values() if one.archive == path.name or one.archive == f"{path.name}.zip"), None)
    called = name or (entry.name if entry else _plain(path))
    if not called or Path(called).name != called or called.startswith("."):
        raise Trouble(f"{called!r} is no name for a model; give one with --name, as in --name my-model.")
    if called in known and known[called].shipped:
        raise Trouble(f"{called} is the model that comes along; give this one another name with --name.")
    if entry is not None and entry.sha256 and path.is_file() and model_files.sha256_of(path) != entry.sha256:
        raise Trouble(f"{path} is not the {entry.archive} that {entry.name} is known by (its sha256 differs); get it again.")
    kind = entry.kind if entry else ("speaker" if "spk" in path.name else "recognizer")
    return called, store().install(path, called, kind, str(path.name), progress)


def verify(name: str, progress: Progress = lambda share: None) -> Path:
    """Compare every file of an installed model with its list, and try it out in another process. Raises Trouble."""
    folder = installed_folder(name)
    check_listed(folder, progress)
    check_whole(folder, store().kind_of(name), as_if=folder)
    return folder


def use(name: str) -> Path:
    """Remember a model, by name or folder, as the one for evenings. Raises Trouble where it is not there or hears no commands."""
    folder = installed_folder(name)
    if not vosk_folder.look(folder).commands:
        raise Trouble(f"{name} takes no phrases, so it would hear no commands; use one that does (see companion models list).")
    stored.store("speech_model", "null" if folder == shipped_folder() / EMBEDDED else _remembered(name, folder))
    return folder


def remove(name: str) -> int:
    """Take an installed model away; the bytes that got free. Back to the embedded one if it was in use. Raises Trouble."""
    known = catalogue()
    if name in known and known[name].shipped:
        raise Trouble(f"{name} comes with the companion and is kept; to use another one: companion models use NAME")
    used = stored.load().speech_model
    freed = store().remove(name)
    if used == name or used == str(store().path(name)):
        stored.store("speech_model", "null")
    return freed


def installed_folder(name: str) -> Path:
    """The folder of a model that is here, by name or path. Raises Trouble that says what to do."""
    folder = folder_of(name)
    if folder.is_dir():
        return folder.absolute()
    known = catalogue()
    if name in known:
        raise Trouble(f"{name} is not installed; run: companion models fetch {name}")
    raise Trouble(f"There is no model called {name}{did_you_mean(name, [*known, *store().installed()]) or LISTED}")


def used_folder() -> Path:
    """The folder of the model that an evening would use now. Raises Trouble where there is none."""
    settings = stored.load()
    folder = in_force(settings.speech_model, settings.language)
    if folder is None or not folder.is_dir():
        raise Trouble(f"The model in use is not here ({folder}); run: companion models use {EMBEDDED}")
    return folder.absolute()


def known_model(name: str) -> KnownModel:
    """The entry of that name. Raises Trouble with what comes close."""
    known = catalogue()
    if name not in known:
        raise Trouble(f"There is no model called {name}{did_you_mean(name, known) or LISTED}")
    return known[name]


def _place(name: str, entry: KnownModel | None) -> Path | None:
    if name in store().installed():
        return store().path(name)
    beside = shipped_folder() / name
    return beside if entry is not None and entry.shipped and beside.is_dir() else None


def _remembered(name: str, folder: Path) -> str:
    return name if name in store().installed() else str(folder)


def _plain(path: Path) -> str:
    name = path.name
    for ending in (".zip", ".tar", ".gz", ".tgz", ".xz", ".bz2", ".tar"):
        name = name.removesuffix(ending)
    return name


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
