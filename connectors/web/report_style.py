"""The look of the report page: readable at arm's length on a screen, dense and black on paper."""

STYLE = """
:root{--ink:#1a1f24;--soft:#66707a;--line:#d9dee3;--paper:#fff;--red:#b3261e;--blue:#0b57a4;--wash:#f4f7fa}
*{box-sizing:border-box}
body{margin:0;background:var(--wash);color:var(--ink);
font:16px/1.6 "Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:60rem;margin:1.5rem auto;padding:1.5rem 2rem 2.5rem;background:var(--paper);border:1px solid var(--line)}
h1{font-size:1.5rem;margin:.2rem 0 1rem}
h2{font-size:1.05rem;margin:1.6rem 0 .5rem;border-bottom:2px solid var(--ink);padding-bottom:.15rem}
.ai{margin:0;color:var(--soft);font-size:.85rem}
.soft{color:var(--soft)}
small{font-size:.85em}
dl.who{display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));gap:.3rem 1.2rem;margin:0}
dl.who div{display:flex;gap:.5rem}
dt{color:var(--soft);white-space:nowrap}
dd{margin:0}
.numbers{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0}
.numbers div{border:1px solid var(--line);padding:.5rem 1rem;min-width:8rem}
.numbers small{display:inline-block;color:var(--soft)}
.numbers small:first-child{display:block}
.numbers b{font-size:1.6rem;font-variant-numeric:tabular-nums}
.alert{border:3px solid var(--red);padding:.2rem 1rem .6rem;margin:1rem 0}
.alert h2{border:0;color:var(--red);margin:.5rem 0 0}
.alert p,.alert blockquote{margin:.3rem 0}
.alert blockquote{font-size:1.15rem;font-weight:600}
.rule{color:var(--soft);font-size:.85rem}
.suggest{background:var(--wash);border-left:4px solid var(--blue);padding:.1rem 1rem .6rem;margin-top:1rem}
.suggest h2{border:0;margin:.6rem 0 .3rem}
ul{margin:.4rem 0;padding-left:1.2rem}
table{width:100%;border-collapse:collapse;table-layout:fixed}
col.label{width:22%}
col.value{width:33%}
th,td{border:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{font-weight:400;color:var(--soft);background:var(--wash)}
q{color:var(--blue);quotes:"“" "”"}
.tag{display:inline-block;border:1px solid currentColor;border-radius:.2rem;padding:0 .35rem;
margin-left:.3rem;font-size:.8rem}
.tag.listen,.tag.fixed{color:var(--red)}
.doubt b{color:var(--red)}
audio{display:block;height:2rem;width:100%;max-width:18rem;margin-top:.3rem}
.talk{margin-top:1.6rem}
.talk summary{cursor:pointer;font-weight:600}
.talk ol{list-style:none;padding:0}
.talk li{margin:.35rem 0}
.talk .agent{color:var(--soft)}
footer{margin-top:2rem;border-top:1px solid var(--line);padding-top:.8rem}
.sign{margin-top:1.5rem}
@media(max-width:40rem){main{padding:1rem;border:0;margin:0}col.label{width:28%}}
@media print{body{background:#fff;font-size:11pt}main{border:0;margin:0;max-width:none;padding:0}
audio,.talk{display:none}section{break-inside:avoid}.suggest,.alert{break-inside:avoid}}
"""
