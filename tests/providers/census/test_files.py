"""Files of every kind: those that are spreadsheets are read, the others are named for what they are."""

from __future__ import annotations

import datetime
import json
import struct
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from providers.census.files import MAX_BYTES, open_table
from providers.census.header import find_layout
from providers.census.tables import MAX_COLUMNS, MAX_ROWS, CensusError
from providers.models import CensusImport, Provider

from .sheets import ODS_TYPE, archive, bring, csv_file, ods_file, ods_row, statuses, with_part, xlsx_file

pytestmark = pytest.mark.django_db
HEADINGS = ["Nom", "Commune", "Téléphone"]
ROWS = [HEADINGS, ["Les Roseaux", "Le Blanc", "02 61 91 10 01"]]


def all_rows(path: Path) -> list[tuple[int, list]]:
    table = open_table(path)
    return list(table.rows(table.sheets[0]))


def refusal(path: Path) -> str:
    """Why the file is refused, at the latest when its headings are looked for."""
    with pytest.raises(CensusError) as error:
        find_layout(open_table(path))
    return str(error.value)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "liste"


class TestWrongKinds:
    @pytest.mark.parametrize(
        "content",
        [
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\n",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            b"\xff\xd8\xff\xe0\x00\x10JFIF",
            json.dumps([{"nom": "Les Roseaux"}]).encode(),
            json.dumps({"nom": "Les Roseaux"}).encode(),
            b"<!DOCTYPE html><html><body><table><tr><td>Nom</td></tr></table></body></html>",
            b"\xef\xbb\xbf<?xml version='1.0'?><rows/>",
            b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
            b"Nom;Commune\nLes Roseaux\x00;Le Blanc\n",
        ],
        ids=["pdf", "png", "jpeg", "json list", "json", "html", "xml", "gzip", "nul bytes"],
    )
    def test_other_files(self, file, content):
        assert refusal(written(file, content)) == refusal(written(file, b"%PDF"))

    def test_other_archives(self, file):
        word = archive(file, {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})
        text = archive(
            file.with_suffix(".odt"),
            {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"},
        )
        assert refusal(word) == refusal(text) == refusal(written(file.with_suffix(".pdf"), b"%PDF"))

    def test_empty(self, file):
        with pytest.raises(CensusError):
            open_table(written(file, b""))

    def test_only_headings(self, file, towns):
        with pytest.raises(CensusError):
            bring(csv_file(file, [HEADINGS]))

    @pytest.mark.parametrize("write", [csv_file, xlsx_file, ods_file])
    def test_only_blank_rows(self, file, write):
        assert refusal(write(file, [["", ""], [" ", ""], []]))

    def test_no_headings(self, file):
        assert refusal(csv_file(file, [["Les Roseaux", "Le Blanc"], ["Le Butor", "Rosnay"]]))

    def test_too_heavy(self, file):
        with file.open("wb") as stream:
            stream.truncate(MAX_BYTES + 1)
        with pytest.raises(CensusError, match="20"):
            open_table(file)


class TestProtected:
    def test_encrypted_excel(self, file):
        entry = "EncryptedPackage".encode("utf-16-le")
        ole = refusal(written(file, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000 + entry))
        assert "passe" in ole
        old = refusal(written(file, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000))
        assert old != ole
        assert "xlsx" in old

    def test_encrypted_ods(self, file):
        manifest = "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
        inner = ods_file(file, **{"META-INF/manifest.xml": manifest, "content.xml": "\u0402 unreadable"})
        outer = archive(file.with_suffix(".ods"), {"mimetype": ODS_TYPE, "encrypted-package": "…"})
        assert "passe" in refusal(inner)
        assert "passe" in refusal(outer)

    def test_encrypted_zip(self, file):
        xlsx_file(file, ROWS)
        content = bytearray(file.read_bytes())
        place = content.find(b"PK\x01\x02")
        content[place + 8] |= 1  # the flag of an encrypted part
        assert "passe" in refusal(written(file, bytes(content)))


class TestHarm:
    def test_zip_bomb_by_its_size(self, file):
        xlsx_file(file, ROWS)
        with (
            zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as stream,
            stream.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as part,
        ):
            for _ in range(210):
                part.write(b" " * (1 << 20))
        assert file.stat().st_size < MAX_BYTES
        assert refusal(file)

    def test_zip_bomb_that_lies(self, file):
        ods_file(file, body=" " * (30 << 20))
        content = bytearray(file.read_bytes())
        for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
            place = content.find(b"content.xml")
            while place > 0:
                start = content.rfind(signature, 0, place)
                if start >= 0 and place - start < 60:
                    content[start + offset : start + offset + 4] = struct.pack("<I", 1000)
                place = content.find(b"content.xml", place + 1)
        assert refusal(written(file, bytes(content)))

    @pytest.mark.parametrize("element", ["<c/>", "<row/>"])
    def test_a_sheet_of_nothing_but_tags(self, file, element):
        xlsx_file(file, ROWS)
        count = 2_000_000
        sheet = f"<worksheet><sheetData>{element * count}</sheetData></worksheet>"
        assert refusal(with_part(file, "xl/worksheets/sheet1.xml", sheet))

    def test_a_row_of_nothing_but_cells(self, file):
        body = f"<table:table-row>{'<table:table-cell/>' * 500_000}</table:table-row>"
        assert refusal(ods_file(file, ROWS, body=body))

    def test_bulky_styles(self, file):
        xlsx_file(file, ROWS)
        assert refusal(with_part(file, "xl/styles.xml", "<a/>" * 3_000_000))

    def test_billion_laughs(self, file):
        entities = '<!ENTITY a0 "ha">' + "".join(
            f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
        )
        bomb = f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><worksheet><sheetData><row><c t="str"><v>&a11;</v></c></row></sheetData></worksheet>'
        ods_file(file, **{"content.xml": bomb})
        assert refusal(file)
        xlsx_file(file, ROWS)
        assert refusal(with_part(file, "xl/worksheets/sheet1.xml", bomb))

    def test_outside_file(self, file):
        xlsx_file(file, ROWS)
        bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><sst><si><t>&a;</t></si></sst>'
        with zipfile.ZipFile(file) as stream:
            types = stream.read("[Content_Types].xml").decode()
            links = stream.read("xl/_rels/workbook.xml.rels").decode()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
        with_part(file, "[Content_Types].xml", types.replace("</Types>", part))
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        link = f'<Relationship Id="strings" Type="{relation}" Target="sharedStrings.xml"/></Relationships>'
        with_part(file, "xl/_rels/workbook.xml.rels", links.replace("</Relationships>", link))
        plain = "<sst><si><t>a</t></si></sst>"
        assert all_rows(with_part(file, "xl/sharedStrings.xml", plain))[0] == (1, HEADINGS)
        assert refusal(with_part(file, "xl/sharedStrings.xml", bomb))

    @pytest.mark.parametrize("write", [xlsx_file, ods_file])
    @pytest.mark.parametrize("cut", [30, 300, -300, -10])
    def test_cut_short(self, file, write, cut):
        write(file, ROWS)
        assert refusal(written(file, file.read_bytes()[:cut]))

    @pytest.mark.parametrize("write", [xlsx_file, ods_file])
    def test_spoilt_inside(self, file, write):
        write(file, ROWS * 200)
        content = bytearray(file.read_bytes())
        middle = len(content) // 3
        content[middle : middle + 200] = b"\xff" * 200
        written(file, bytes(content))
        try:
            layout = find_layout(open_table(file))
            list(open_table(file).rows(layout.sheet))
        except CensusError:
            return
        # What was spoilt was not what is read.

    def test_a_file_that_breaks_half_way_leaves_no_structure(self, file, towns):
        body = ods_row(["Le Butor", "Rosnay", "02 61 91 10 02"]) + "<table:table-row><oops></table:table-row>"
        with pytest.raises(CensusError):
            bring(ods_file(file, ROWS, body=body))
        assert not Provider.objects.exists()


class TestSizes:
    @pytest.mark.parametrize("write", [csv_file, xlsx_file, ods_file])
    def test_300_columns_are_read(self, file, write, towns):
        wide = [[*row, *[f"c{n}" for n in range(297)]] for row in ROWS]
        assert statuses(bring(write(file, wide), default_legal_form="association")) == ["new"]

    @pytest.mark.parametrize("write", [csv_file, xlsx_file, ods_file])
    def test_600_columns_are_not(self, file, write):
        wide = [[*row, *["x"] * 597] for row in ROWS]
        assert str(MAX_COLUMNS) in refusal(write(file, wide))

    def test_too_many_lines(self, file, towns):
        body = ods_row(ROWS[1]).replace(
            "<table:table-row", '<table:table-row table:number-rows-repeated="1000000"'
        )
        with pytest.raises(CensusError, match=str(MAX_ROWS)[:2]):
            bring(ods_file(file, [HEADINGS], body=body))
        assert not CensusImport.objects.get().lines.exists() or not Provider.objects.exists()

    def test_headings_repeated_without_end(self, file, towns):
        body = ods_row(HEADINGS).replace(
            "<table:table-row", '<table:table-row table:number-rows-repeated="1000000000"'
        )
        with pytest.raises(CensusError):
            bring(ods_file(file, ROWS, body=body))

    def test_blank_rows_and_columns_repeated_to_the_end_of_the_sheet(self, file):
        tail = '<table:table-cell table:number-columns-repeated="1000000"/></table:table-row>'
        body = "".join(ods_row(row).replace("</table:table-row>", tail) for row in ROWS)
        body += f'<table:table-row table:number-rows-repeated="1000000">{tail}'
        body += ods_row(["Le Butor"])
        rows = all_rows(ods_file(file, body=body))
        assert rows[:2] == [(1, ROWS[0]), (2, ROWS[1])]
        assert rows[2] == (1_000_003, ["Le Butor"])

    def test_a_word_at_the_far_end_of_the_sheet(self, file, towns):
        xlsx_file(file, ROWS)
        with zipfile.ZipFile(file) as stream:
            sheet = stream.read("xl/worksheets/sheet1.xml").decode()
        far = '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData>'
        assert all_rows(with_part(file, "xl/worksheets/sheet1.xml", sheet.replace("</sheetData>", far))) == [
            (1, ROWS[0]),
            (2, ROWS[1]),
        ]

    def test_one_huge_cell(self, file, towns):
        rows = [[*HEADINGS, "Présentation"], [*ROWS[1], "é" * 1_000_000]]
        with pytest.raises(CensusError):
            bring(csv_file(file, rows))
        CensusImport.objects.all().delete()
        for write in (xlsx_file, ods_file):
            assert statuses(bring(write(file, rows))) == ["faulty"]


class TestText:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "cp850", "utf-16", "utf-16-le"]
    )
    @pytest.mark.parametrize("delimiter", [";", ",", "\t"])
    def test_encodings_and_separators(self, file, encoding, delimiter):
        rows = [HEADINGS, ["Les Frênes, à côté", "Bélâbre", "02 61 91 10 01"], ["Où ? Là", "Mérigny", "é"]]
        csv_file(file, rows, encoding=encoding, delimiter=delimiter)
        if encoding == "utf-16-le":
            file.write_bytes(b"\xff\xfe" + file.read_bytes())
        assert [cells for _number, cells in all_rows(file)] == rows

    def test_the_separator_may_be_declared(self, file):
        written(file, "sep=|\r\nNom|Commune\r\nA;B;C|Le Blanc\r\n".encode("cp1252"))
        assert all_rows(file) == [(1, ["Nom", "Commune"]), (2, ["A;B;C", "Le Blanc"])]

    def test_a_quotation_mark_never_closed_names_its_line(self, file):
        text = 'Nom;Commune\r\nLes Roseaux;Le Blanc\r\n"Le Butor;Rosnay\r\nL’Aulne;Mérigny\r\n'
        table = open_table(written(file, text.encode()))
        with pytest.raises(CensusError, match="3"):
            list(table.rows(""))

    def test_a_cell_on_several_lines_is_one_row(self, file):
        rows = [HEADINGS, ["Les\nRoseaux", "Le Blanc", ""], ["Le Butor", "Rosnay", ""]]
        assert [number for number, _cells in all_rows(csv_file(file, rows))] == [1, 2, 3]


class TestCellsOfWorkbooks:
    def test_formulas_give_their_result_or_a_fault(self, file, towns):
        xlsx_file(file, [*ROWS, ["Le Butor", "Rosnay", '="02 61 91"&" 10 02"']])
        census = bring(file, default_legal_form="association")
        assert statuses(census) == ["new", "faulty"]
        with zipfile.ZipFile(file) as stream:
            sheet = stream.read("xl/worksheets/sheet1.xml").decode()
        assert "<v/>" in sheet or "<v></v>" in sheet
        saved = sheet.replace("<v/>", "<v>261911002</v>").replace("<v></v>", "<v>261911002</v>")
        with_part(file, "xl/worksheets/sheet1.xml", saved)
        assert all_rows(file)[2] == (3, ["Le Butor", "Rosnay", 261911002])

    def test_dates_of_a_workbook(self, file, towns, services):
        rows = [[*HEADINGS, "Mise à jour"], [*ROWS[1], datetime.date(2026, 3, 12)]]
        for write in (xlsx_file, csv_file):
            census = bring(write(file, rows), default_legal_form="association")
            assert census.lines.get().record["verified_on"] == "2026-03-12"

    def test_merged_cells_of_a_workbook_are_read_once(self, file):
        workbook = Workbook()
        sheet = workbook.active
        for row in [["Recensement", None, None], *ROWS]:
            sheet.append(row)
        sheet.merge_cells("A1:C1")
        workbook.save(file)
        assert all_rows(file)[0] == (1, ["Recensement"])
        assert find_layout(open_table(file)).header_row == 2

    def test_a_formula_of_an_ods_without_result(self, file):
        cell = '<table:table-row><table:table-cell table:formula="of:=1+1"/></table:table-row>'
        assert all_rows(ods_file(file, ROWS, body=cell))[2] == (3, ["#FORMULA!"])

    def test_a_wrong_date_spoils_its_cell_alone(self, file):
        cell = '<table:table-row><table:table-cell office:value-type="date" office:date-value="0000-00-00"/></table:table-row>'
        assert all_rows(ods_file(file, ROWS, body=cell))[2] == (3, ["0000-00-00"])

    def test_merged_cells_and_comments(self, file):
        body = (
            '<table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>note'
            "</text:p></office:annotation><text:p>Les<text:s text:c='2'/>Roseaux</text:p></table:table-cell>"
            "<table:covered-table-cell/><table:table-cell><text:p>typé</text:p></table:table-cell></table:table-row>"
        )
        assert all_rows(ods_file(file, ROWS, body=body))[2] == (3, ["Les  Roseaux", None, "typé"])

    def test_the_list_may_be_on_the_second_sheet(self, file):
        layout = find_layout(open_table(xlsx_file(file, ROWS, before=["À lire"])))
        assert (layout.sheet, layout.header_row) == ("Structures", 1)
