// The search of mdBook knows words by the spaces between them, and by Latin letters. For Chinese, this takes each pair of
// neighbouring characters for a word: in the pages, and in what is searched.
(() => {
    const pairs = (run) => run.length === 1 ? [run] : Array.from(run).slice(1).map((next, i) => run[i] + next);
    const tokens = (text) => (String(text ?? '').toLowerCase().match(/[a-z0-9_]+|[\u4e00-\u9fff]+/g) ?? [])
        .flatMap((run) => /[a-z0-9_]/.test(run[0]) ? [run] : pairs(run));

    elasticlunr.Index.load = (dump) => {
        elasticlunr.tokenizer = tokens;
        const index = new elasticlunr.Index();
        index.setRef(dump.ref);
        dump.fields.forEach((field) => index.addField(field));
        Object.values(dump.documentStore.docs).forEach((page) => index.addDoc(page, false));
        return index;
    };
})();
