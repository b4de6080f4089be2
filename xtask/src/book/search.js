// Searches a built book as its pages do: node search.js FOLDER TERM, prints the address of each page that is found.
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const [folder, term] = process.argv.slice(2);
const context = vm.createContext({ window: { search: {} } });
for (const start of ['elasticlunr', 'searchindex', 'search-zh']) {
    const file = fs.readdirSync(folder).find((name) => name.startsWith(start) && name.endsWith('.js'));
    // Only the Chinese book has the last one.
    if (file) vm.runInContext(fs.readFileSync(path.join(folder, file), 'utf8'), Object.assign(context, context.window));
}
const { index, doc_urls: pages, search_options: options } = context.window.search;
for (const { ref } of context.elasticlunr.Index.load(index).search(term, options)) console.log(pages[ref]);
