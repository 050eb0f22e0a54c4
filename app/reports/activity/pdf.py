"""Official documents as PDF."""

from base64 import b64encode
from collections.abc import Iterable

from app.reports.activity.document import (
    Block,
    DataTable,
    Document,
    Facts,
    Heading,
    NumberedList,
    PageBreak,
    Paragraph,
    Picture,
    Pictures,
    Signatures,
    cell_text,
    printable,
)
from app.reports.formats.pdf import render_pdf

LANGUAGE = "id"


def render_document_pdf(document: Document) -> bytes:
    """Return the document as an archivable and accessible PDF on A4 portrait (see `render_pdf`)."""
    content = {
        "language": LANGUAGE,
        "letterhead": document.letterhead.content,
        "title": printable(document.title),
        "heading": _texts(document.heading),
        "page_of": document.page_of,
        "blocks": [_block(block) for block in document.blocks],
    }
    return render_pdf("activity.typ", content, document.generated_at)


def _block(block: Block) -> dict[str, object]:
    """Return a block as `activity.typ` expects it; `kind` tells its sort."""
    match block:
        case Heading(text, level):
            return {"kind": "heading", "text": printable(text), "level": level}
        case Paragraph(text, align, bold):
            return {"kind": "paragraph", "text": printable(text), "align": align, "bold": bold}
        case NumberedList(items):
            return {"kind": "list", "items": _texts(items)}
        case Facts(pairs):
            return {"kind": "facts", "pairs": [_texts(pair) for pair in pairs]}
        case DataTable():
            return {
                "kind": "table",
                "caption": printable(block.caption),
                "headings": _texts(block.headings),
                "widths": block.widths,
                "rows": [
                    [{"text": cell_text(cell), "is_number": isinstance(cell, int)} for cell in row]
                    for row in block.rows
                ],
                "totals": block.totals,
            }
        case Pictures(pictures):
            shown = [{"svg": _picture_svg(photo), "caption": printable(photo.caption)} for photo in pictures]
            return {"kind": "pictures", "pictures": shown}
        case Signatures():
            return {"kind": "signatures", "lines": _signatures(block)}
        case PageBreak():
            return {"kind": "break"}


def _signatures(block: Signatures) -> list[list[dict[str, list[str]] | None]]:
    """Return each pair of signatures as the lines above and below the room to sign, None where nobody signs."""
    return [
        [
            {
                "above": _texts(block.above(signatory, is_first=index == 0)),
                "below": _texts(block.below(signatory)),
            }
            if signatory
            else None
            for signatory in pair
        ]
        for index, pair in enumerate(block.lines)
    ]


def _picture_svg(picture: Picture) -> str:
    """Return an SVG document that holds the photo: Typst gets all data as text."""
    data = f"data:{picture.media_type};base64,{b64encode(picture.content).decode()}"
    size = f'width="{picture.width}" height="{picture.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><image {size} href="{data}"/></svg>'


def _texts(texts: Iterable[str]) -> list[str]:
    return [printable(text) for text in texts]
