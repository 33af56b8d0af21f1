"""Builds the site: `scripts/docs`.

The pages are those of docs/ and of the top of the tree. A file or folder of the tree that a page
links to is on a page below files/. For assistants, llms.txt lists the Markdown of all pages, and
llms-full.txt holds it. Configuration and navigation are in zensical.toml.
"""

import posixpath
import re
import shutil
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from urllib.parse import unquote, urldefrag

ROOT = Path(__file__).parents[2]
STAGE, SITE = ROOT / "build/docs", ROOT / "build/site"

# Pages outside docs/, each with its name in the site.
TOP_PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "AGENTS.md": "agents.md",
}

_CODE = re.compile(r"^(```+).*?^\1$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)[^)\s]+|(?<=src=\")[^\"]+|(?<=srcset=\")[^\"]+")
_LABEL = re.compile(r"\[([^]]*)\]\([^)]*\)")
_NO_SEARCH = "---\nsearch:\n  exclude: true\n---\n"


def source_pages():
    """The path in the tree of each handwritten page, with its name in the site."""
    docs = sorted((ROOT / "docs").glob("*.md"))
    return TOP_PAGES | {f"docs/{file.name}": file.name for file in docs}


def slug(heading):
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class Site:
    """The Markdown of the site, by its path there; `pages` grows by what pages link to."""

    def __init__(self):
        self.names = source_pages()
        self.pages = {}
        self._listed = []
        for path, name in self.names.items():
            self.pages[name] = self.rewrite((ROOT / path).read_text(encoding="utf-8"), path, name)
        for folder in self._listed:  # grows: a readme may link to another one
            name = f"files/{folder}.md"
            self.pages[name] = _NO_SEARCH + self._show_folder(folder, name)

    def rewrite(self, text, path, name):
        """The text of a page, with links that are good in the site."""

        def replace(match):
            link, anchor = urldefrag(match[0])
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
            place = self._find(target, anchor)
            return posixpath.relpath(place, posixpath.dirname(name) or ".")

        parts, end = [], 0
        for code in _CODE.finditer(text):
            parts += [_LINK.sub(replace, text[end : code.start()]), code[0]]
            end = code.end()
        return "".join([*parts, _LINK.sub(replace, text[end:])])

    def _find(self, target, anchor):
        if target in self.names:
            return self.names[target] + (f"#{anchor}" if anchor else "")
        if target.startswith("docs/"):
            return target.removeprefix("docs/")
        path = ROOT / target
        if not path.exists():
            raise SystemExit(f"a page links to {target}, which does not exist")
        # A file at the top of the tree has a page of its own.
        page = target if path.is_dir() else posixpath.dirname(target) or target
        if page not in self._listed:
            self._listed.append(page)
        return f"files/{page}.md" + ("" if page == target else f"#{slug(path.name)}")

    def _show_folder(self, folder, name):
        readme = ROOT / folder / "README.md"
        parts = [f"# {folder}\n"]
        if readme.exists():
            text = readme.read_text(encoding="utf-8")
            parts = [self.rewrite(text, f"{folder}/README.md", name)]
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", folder]
        files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
        for file in files.stdout.splitlines():
            title = posixpath.relpath(file, folder)
            if title not in ("README.md", "package-lock.json"):
                text = (ROOT / file).read_text(encoding="utf-8").rstrip()
                heading = "" if file == folder else f"## {title}\n\n"
                parts.append(f"{heading}````{Path(file).suffix[1:]}\n{text}\n````\n")
        return "\n".join(parts)

    def write(self):
        shutil.rmtree(STAGE, ignore_errors=True)
        for name, text in self.pages.items():
            (STAGE / name).parent.mkdir(parents=True, exist_ok=True)
            (STAGE / name).write_text(text, encoding="utf-8")
        shutil.copytree(ROOT / "docs/images", STAGE / "images")
        shutil.copy(ROOT / "docs/extra.css", STAGE)


def read_navigation():
    """Of each section, the names of its pages."""
    config = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    sections = (section for entry in config["project"]["nav"] for section in entry.items())
    return {title: [*chain(*(page.values() for page in pages))] for title, pages in sections}


def write_for_assistants(pages, folder):
    """Write llms.txt, llms-full.txt, and the Markdown of each page beside its HTML."""
    lines, texts = ["# deck-sim", ""], []
    for section, names in read_navigation().items():
        lines += [f"## {section}", ""]
        for name in names:
            title, _, text = pages[name].partition("\n\n")
            plain = " ".join(_LABEL.sub(r"\1", text).split())
            sentence = re.match(r".*?[.:](?= |$)", plain)[0]
            lines.append(f"- [{title.removeprefix('# ')}]({name}): {sentence}")
            texts.append(pages[name])
            (folder / name).write_text(pages[name], encoding="utf-8")
        lines.append("")
    (folder / "llms.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "llms-full.txt").write_text("\n".join(texts), encoding="utf-8")


class Page(HTMLParser):
    """The anchors of a page, and what it links to or loads."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.loaded = {""}, [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.anchors |= {attributes.get("id"), attributes.get("name")}
        for key in ("href", "src", "srcset"):
            if attributes.get(key):
                is_link = tag == "a"
                (self.links if is_link else self.loaded).append(attributes[key])


def find_broken_links(site):
    """Links to pages, files and anchors that the site does not have, and loads from other hosts."""
    pages = {file: Page(file.read_text(encoding="utf-8")) for file in site.rglob("*.html")}
    for file, page in pages.items():
        name = file.relative_to(site)
        for link in page.links + page.loaded:
            url, anchor = urldefrag(link)
            if re.match(r"\w+:|//", url):
                if link in page.loaded:
                    yield f"{name} loads {link}"
                continue
            target = site / url.lstrip("/") if url.startswith("/") else file.parent / unquote(url)
            target = target if url else file
            if target.is_dir():
                target /= "index.html"
            target = target.resolve()
            if not target.exists():
                yield f"{name}: {link}"
            elif target in pages and unquote(anchor) not in pages[target].anchors:
                yield f"{name}: {link}: no such anchor"


def main():
    site = Site()
    site.write()
    shutil.rmtree(SITE, ignore_errors=True)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    subprocess.run(command, cwd=ROOT, check=True)
    write_for_assistants(site.pages, SITE)
    if broken := [*find_broken_links(SITE)]:
        raise SystemExit("\n".join(["broken links in build/site:", *broken]))
    print("The site is in build/site.")


if __name__ == "__main__":
    main()
