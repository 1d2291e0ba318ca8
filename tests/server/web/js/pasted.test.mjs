// What is pasted from Word and LibreOffice: lists and tables stay, nothing of their styles does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Window } from "happy-dom";

const window = new Window();
for (const name of ["document", "DOMParser", "Node"]) globalThis[name] = window[name];
const { cellsIn, safeFragment } = await import("../../../../server/web/static/notices/pasted.js");

function pasted(html) {
  const box = document.createElement("div");
  box.append(safeFragment(html));
  return box.innerHTML;
}

/** A paragraph of a list as Word for Windows puts it on the clipboard. */
const item = (words, { sign = "·", level = 1, of = "Middle" } = {}) => `
<p class=MsoListParagraphCxSp${of} style='margin-left:${level * 36}pt;mso-add-space:auto;text-indent:-18.0pt;
mso-list:l0 level${level} lfo1'><![if !supportLists]><span style='font-family:Symbol;mso-fareast-font-family:
Symbol;mso-bidi-font-family:Symbol'><span style='mso-list:Ignore'>${sign}<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]>${words}<o:p></o:p></p>
`;

const WORD = (body) => `<html xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif;} --></style></head>
<body lang=FR style='tab-interval:35.4pt;word-wrap:break-word'><!--StartFragment-->${body}<!--EndFragment--></body></html>`;

test("a list of Word is a list, with its levels and numbers, and nothing else of Word", () => {
  const html = WORD(
    `<p class=MsoNormal><b style='mso-bidi-font-weight:normal'>À
apporter</b>&nbsp;:<o:p></o:p></p>
${item("une pièce d’identité", { of: "First" })}${item("<span style='color:red'>un <i>justificatif</i></span>")}
${item("de domicile", { sign: "o", level: 2 })}${item("une photo", { of: "Last" })}
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
${item("prenez un ticket", { sign: "1.", of: "First" })}${item("attendez", { sign: "2.", of: "Last" })}`,
  );
  const steps = "<ol><li>prenez un ticket</li><li>attendez</li></ol>";
  assert.equal(
    pasted(html),
    "<p><b>À apporter</b>&nbsp;:</p><ul><li>une pièce d’identité</li>" +
      `<li>un <i>justificatif</i><ul><li>de domicile</li></ul></li><li>une photo</li></ul>${steps}`,
  );
});

test("a list of LibreOffice has its words in its items, not in paragraphs of them", () => {
  const html = `<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"/>
	<title></title><meta name="generator" content="LibreOffice 24.2.4.2 (Linux)"/>
	<style type="text/css">p { line-height: 115%; background: transparent }</style></head>
<body lang="fr-FR" link="#000080" dir="ltr"><h2 class="western">Horaires</h2><ul>
	<li><p style="margin-bottom: 0cm; line-height: 100%"><font face="Liberation Serif"><font size="3" style="font-size: 12pt">le
	matin</font></font></p></li>
	<li><p>l’après-midi</p><p>sur rendez-vous</p></li>
</ul><p><br/>
</p></body></html>`;
  assert.equal(
    pasted(html),
    "<h3>Horaires</h3><ul><li>le matin</li><li>l’après-midi<br>sur rendez-vous</li></ul>",
  );
});

const TABLE = `<table width="100%" cellpadding="4" cellspacing="0" style="page-break-inside: auto">
	<colgroup><col width="85*"/><col width="85*"/><col width="85*"/></colgroup>
	<thead><tr valign="top"><th width="33%" style="border: 1px solid #000000"><p>Jour</p></th><th><p>Matin</p></th><th><p>Après-midi</p></th></tr></thead>
	<tbody><tr valign="top"><td width="33%" bgcolor="#ffff00"><p><b>Lundi</b></p></td><td><p>9 h – 12 h</p></td><td><p>fermé</p></td></tr>
	<tr><td><p>Mardi</p></td><td><p><br/></p></td><td><p>14 h – 17 h</p></td></tr></tbody></table>`;
const WORD_TABLE =
  WORD(`<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse'>
 <tr style='mso-yfti-irow:0;mso-yfti-firstrow:yes'><td width=302 valign=top style='width:226.55pt'><p class=MsoNormal>Carte
  grise<o:p></o:p></p></td><td><p class=MsoNormal>8 jours<o:p></o:p></p></td></tr>
 <tr><td><p class=MsoNormal>Passeport<o:p></o:p></p></td><td><p class=MsoNormal>3 semaines<o:p></o:p></p></td></tr></table>`);

test("in a text a table is a list of its rows", () => {
  assert.equal(
    pasted(TABLE),
    "<ul><li>Lundi : Matin 9 h – 12 h ; Après-midi fermé</li><li>Mardi : Après-midi 14 h – 17 h</li></ul>",
  );
  assert.equal(pasted(WORD_TABLE), "<ul><li>Carte grise : 8 jours</li><li>Passeport : 3 semaines</li></ul>");
});

test("where a notice has rows, a table gives its cells; words alone give none", () => {
  const clipboard = (html, text = "") =>
    /** @type {any} */ ({ getData: (type) => (type === "text/html" ? html : text) });
  assert.deepEqual(cellsIn(clipboard(WORD_TABLE)), [
    ["Carte grise", "8 jours"],
    ["Passeport", "3 semaines"],
  ]);
  assert.deepEqual(cellsIn(clipboard("", "Carte grise\t8 jours\r\nPasseport\t3 semaines\r\n")), [
    ["Carte grise", "8 jours"],
    ["Passeport", "3 semaines"],
  ]);
  assert.equal(cellsIn(clipboard("<p>8 jours</p>", "8 jours\nenviron")), null);
});

test("scripts, links, pictures and other elements leave their words at most", () => {
  assert.equal(
    pasted(
      '<div onclick="x()">Voir <a href="https://example.org">le site</a><script>x()</script></div><div>Oui<img src="x" onerror="x()"></div>',
    ),
    "<p>Voir le site</p><p>Oui</p>",
  );
  const written = '<p lang="en" dir="ltr">Open <b>at noon</b></p><h3>Where</h3><ul><li>here</li></ul>';
  assert.equal(pasted(written), written, "what the editor wrote stays as it is");
});
