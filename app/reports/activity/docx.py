"""Official documents as Word files, to be edited further: real headings, lists and tables with styles of their own."""

from base64 import b64decode
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC
from io import BytesIO
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph as WordParagraph

from app.reports.activity.document import (
    Align,
    Block,
    DataTable,
    Document,
    Facts,
    Heading,
    NumberedList,
    PageBreak,
    Paragraph,
    Pictures,
    Signatures,
    cell_text,
    printable,
)
from app.reports.letterhead import Letterhead

FONT = "Arial"
LANGUAGE = "id-ID"
PAGE_WIDTH, PAGE_HEIGHT = Cm(21), Cm(29.7)
TOP, BOTTOM, LEFT, RIGHT = Cm(2), Cm(2.5), Cm(3), Cm(2)
TEXT_WIDTH = Emu(PAGE_WIDTH - LEFT - RIGHT)
FACTS_WIDTHS = (4, 12)
LETTERHEAD_WIDTHS = (2, 12, 2)
COAT_OF_ARMS_HEIGHT = Cm(2)
PICTURE_WIDTH, PICTURE_HEIGHT = Cm(7.5), Cm(6)
HEAD_FILL = "DCEBE7"
TABLE_TEXT = "Table Text"
SIGNATURE_ROOM = "\n\n\n"
MAX_PROPERTY_LENGTH = 255
MAX_UNBROKEN_ROWS = 8
"""A table of so few rows stays on one page."""

_ALIGNMENTS: dict[Align, WD_ALIGN_PARAGRAPH] = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


def render_docx(document: Document) -> bytes:
    """Return the document as a .docx file on A4 portrait, with the margins of official documents."""
    word = docx.Document()
    _set_up(word, document)
    _add_letterhead(word, document.letterhead)
    for line in document.heading:
        _add_paragraph(word, line, "Title")
    if document.heading:
        word.paragraphs[-1].paragraph_format.space_after = Pt(12)
    for block in document.blocks:
        _add_block(word, block)
    content = BytesIO()
    word.save(content)
    return content.getvalue()


def _set_up(word: WordDocument, document: Document) -> None:
    """Set the page, the styles, the language, the footer and the properties of a new file."""
    section = word.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = LEFT, RIGHT
    word.styles.add_style(TABLE_TEXT, WD_STYLE_TYPE.PARAGRAPH)
    for name, size, before, after in (
        ("Normal", 11, 0, 6),
        (TABLE_TEXT, 9, 0, 2),
        ("Title", 12, 0, 4),
        ("Heading 1", 11, 12, 4),
        ("Heading 2", 11, 8, 4),
        ("Caption", 10, 8, 3),
        ("List Number", 11, 0, 3),
    ):
        _set_style(word, name, Pt(size), Pt(before), Pt(after))
    styles: Any = word.styles.element
    for language in styles.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    word.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_footer(word, document)
    properties = word.core_properties
    properties.title = printable(document.title)[:MAX_PROPERTY_LENGTH]
    properties.author = printable(document.letterhead.names[1])[:MAX_PROPERTY_LENGTH]
    properties.language = LANGUAGE
    properties.comments = ""
    properties.created = properties.modified = document.generated_at.astimezone(UTC).replace(tzinfo=None)


def _set_style(word: WordDocument, name: str, size: Pt, before: Pt, after: Pt) -> None:
    """Give a style of the built-in template the font and spacing of official documents, in black."""
    style: Any = word.styles[name]
    style.font.name, style.font.size = FONT, size
    style.font.color.rgb = RGBColor(0, 0, 0)
    style.font.italic = False
    style.font.bold = name not in {"Normal", "List Number", TABLE_TEXT}
    style.paragraph_format.space_before, style.paragraph_format.space_after = before, after
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    for border in style.element.findall(f".//{qn('w:pBdr')}"):  # that of "Title"
        border.getparent().remove(border)


def _add_footer(word: WordDocument, document: Document) -> None:
    """Put the title and the number of the page, as fields, at the foot of each page."""
    paragraph = word.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, between, after = document.page_of.replace("{pages}", "{page}").split("{page}")
    for text, field in ((f"{document.title} · {before}", "PAGE"), (between, "NUMPAGES"), (after, "")):
        paragraph.add_run(printable(text)).font.size = Pt(8)
        if field:
            simple = _element("w:fldSimple", instr=field)
            run = paragraph.add_run("1")
            run.font.size = Pt(8)
            simple.append(run._r)
            paragraph._p.append(simple)


def _add_letterhead(word: WordDocument, letterhead: Letterhead) -> None:
    """Add the coat of arms, the names and the address of the office, over a double line."""
    table = _new_table(word, 1, LETTERHEAD_WIDTHS, lines=False)
    arms, names = table.rows[0].cells[:2]
    if letterhead.coat_of_arms:
        picture = BytesIO(b64decode(letterhead.coat_of_arms))
        shape = arms.paragraphs[0].add_run().add_picture(picture, height=COAT_OF_ARMS_HEIGHT)
        _describe(shape, f"Lambang {letterhead.government}")
    government, office = letterhead.names
    lines = ((government, 12, False), (office, 14, True), (letterhead.contact, 9, False))
    for index, (text, size, bold) in enumerate(line for line in lines if line[0]):
        paragraph = names.paragraphs[0] if index == 0 else names.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(printable(text))
        run.font.size, run.bold = Pt(size), bold
    rule = _add_paragraph(word, "", "Normal")
    rule.paragraph_format.space_after, rule.paragraph_format.line_spacing = Pt(12), Pt(4)
    border = _element("w:pBdr")
    border.append(_element("w:bottom", val="thickThinSmallGap", sz="18", space="1", color="000000"))
    rule._p.get_or_add_pPr().insert_element_before(border, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _add_block(word: WordDocument, block: Block) -> None:
    match block:
        case Heading(text, level):
            _add_paragraph(word, text, f"Heading {level}")
        case Paragraph(text, align, bold):
            for run in _add_paragraph(word, text, "Normal", align).runs:
                run.bold = bold or None
        case NumberedList(items):
            _add_list(word, items)
        case Facts(pairs):
            _add_facts(word, pairs)
        case DataTable():
            _add_table(word, block)
        case Pictures():
            _add_pictures(word, block)
        case Signatures():
            _add_signatures(word, block)
        case PageBreak():
            _add_paragraph(word, "", "Normal").add_run().add_break(WD_BREAK.PAGE)


def _add_paragraph(word: Any, text: str, style: str, align: Align | None = None) -> WordParagraph:
    """Add a paragraph to the document or a cell; line ends become line breaks."""
    paragraph: WordParagraph = word.add_paragraph(style=style)
    if text:
        paragraph.add_run(printable(text))
    if align:
        paragraph.alignment = _ALIGNMENTS[align]
    return paragraph


def _add_list(word: WordDocument, items: tuple[str, ...]) -> None:
    """Add a numbered list that begins at 1: Word's style of lists would count on from the list before."""
    numbering: Any = word.part.numbering_part.element
    style: Any = word.styles["List Number"].element
    of_style = style.pPr.numPr.numId.val
    abstract = next(num.abstractNumId.val for num in numbering.num_lst if num.numId == of_style)
    number = numbering.add_num(abstract)
    number.add_lvlOverride(ilvl=0).add_startOverride(1)
    for item in items:
        properties = _add_paragraph(word, item, "List Number")._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = number.numId


def _add_facts(word: WordDocument, pairs: tuple[tuple[str, str], ...]) -> None:
    """Add the labels and values as a table without lines."""
    table = _new_table(word, len(pairs), FACTS_WIDTHS, lines=False)
    for row, (label, value) in zip(table._tbl.tr_lst, pairs, strict=True):
        for cell, text in zip(row.tc_lst, (label, f": {value}"), strict=True):
            _fill(cell, text, table).paragraph_format.space_after = Pt(2)
    _end_table(word)


def _add_table(word: WordDocument, block: DataTable) -> None:
    """Add a table with lines, whose row of headings is repeated on each page.

    Rows of a kind are copies of the first one, which for 5,000 rows is 20 times as fast as building each anew.
    """
    if block.caption:
        _add_paragraph(word, block.caption, "Caption").paragraph_format.keep_with_next = True
    table = _new_table(word, 2, block.widths, lines=True)
    heading, blank = table._tbl.tr_lst
    table._tbl.remove(blank)
    for cell, text in zip(heading.tc_lst, block.headings, strict=True):
        paragraph = _fill(cell, text, table, TABLE_TEXT, align="center", bold=True)
        paragraph.paragraph_format.keep_with_next = True
        cell.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=HEAD_FILL))
    heading.get_or_add_trPr().append(_element("w:tblHeader"))
    patterns: dict[tuple[object, ...], Any] = {}
    is_short = len(block.rows) <= MAX_UNBROKEN_ROWS
    for index, cells in enumerate(block.rows):
        are_numbers = tuple(isinstance(value, int) for value in cells)
        is_total = index >= len(block.rows) - block.totals
        is_kept = is_short and index < len(block.rows) - 1
        pattern = patterns.get(key := (are_numbers, is_total, is_kept))
        if pattern is None:
            pattern = patterns[key] = deepcopy(blank)
            for cell, is_number in zip(pattern.tc_lst, are_numbers, strict=True):
                align: Align = "right" if is_number else "left"
                paragraph = _fill(cell, " ", table, TABLE_TEXT, align=align, bold=is_total)
                paragraph.paragraph_format.keep_with_next = is_kept or None
        row = deepcopy(pattern)
        for text, value in zip(row.iter(qn("w:t")), cells, strict=True):
            text.text = " ".join(cell_text(value).split())
        table._tbl.append(row)
    _end_table(word)


def _new_table(word: WordDocument, rows: int, widths: tuple[float, ...], *, lines: bool) -> Table:
    """Return an empty table as wide as the text, whose rows are not broken over pages."""
    table: Table = word.add_table(rows, len(widths), style="Table Grid" if lines else "Normal Table")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    columns = [Emu(int(TEXT_WIDTH * width / sum(widths))) for width in widths]
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, columns, strict=True):
        column.w = width
    for row in table._tbl.tr_lst:
        row.get_or_add_trPr().append(_element("w:cantSplit"))
        for cell, width in zip(row.tc_lst, columns, strict=True):
            cell.width = width
    return table


def _fill(
    cell: Any, text: str, table: Table, style: str = "Normal", *, align: Align = "left", bold: bool = False
) -> WordParagraph:
    """Write a text into an empty cell and return its paragraph.

    The cell is given as its XML element: by row and column each cell would be searched.
    """
    paragraph = WordParagraph(cell.p_lst[0], table._parent)
    paragraph.style = style
    paragraph.add_run(printable(text)).bold = bold or None
    paragraph.alignment = _ALIGNMENTS[align]
    return paragraph


def _end_table(word: WordDocument) -> None:
    """Add a small gap, which also keeps Word from joining two tables."""
    gap = _add_paragraph(word, "", "Normal").paragraph_format
    gap.space_after, gap.line_spacing = Pt(0), Pt(6)


def _add_pictures(word: WordDocument, block: Pictures) -> None:
    """Add photos in two columns, each with its caption, which is also its alternative text."""
    table = _new_table(word, len(block.lines), (1, 1), lines=False)
    for row, pictures in zip(table.rows, block.lines, strict=True):
        for cell, picture in zip(row.cells, pictures, strict=False):
            scale = min(PICTURE_WIDTH / picture.width, PICTURE_HEIGHT / picture.height)
            paragraph = cell.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            shape = paragraph.add_run().add_picture(
                BytesIO(picture.content),
                width=Emu(int(picture.width * scale)),
                height=Emu(int(picture.height * scale)),
            )
            _describe(shape, picture.caption)
            _add_paragraph(cell, picture.caption, "Caption", "center")
    _end_table(word)


def _describe(shape: Any, text: str) -> None:
    """Set the alternative text of a picture, for readers who don't see it."""
    shape._inline.docPr.set("descr", printable(text))


def _add_signatures(word: WordDocument, block: Signatures) -> None:
    """Add two columns to sign in, on the page of the paragraph before."""
    word.paragraphs[-1].paragraph_format.keep_with_next = True
    lines = block.lines
    table = _new_table(word, 2 * len(lines), (1, 1), lines=False)
    for index, pair in enumerate(lines):
        above, below = table.rows[2 * index : 2 * index + 2]
        for column, signatory in enumerate(pair):
            if signatory:
                _fill_lines(above.cells[column], block.above(signatory, is_first=index == 0))
                above.cells[column].paragraphs[0].paragraph_format.space_before = Pt(12)
                _fill_lines(below.cells[column], (SIGNATURE_ROOM, *block.below(signatory)))
                below.cells[column].paragraphs[1].runs[0].bold = True
    _end_table(word)


def _fill_lines(cell: Any, texts: Iterable[str]) -> None:
    """Write lines into an empty cell, centred and not parted from what follows."""
    for index, text in enumerate(texts):
        paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
        paragraph.add_run(printable(text))
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.keep_with_next = True


def _element(tag: str, **attributes: str) -> Any:
    """Return a new XML element of WordprocessingML with these attributes."""
    element: Any = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element
