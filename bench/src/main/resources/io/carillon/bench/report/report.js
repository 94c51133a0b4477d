// Draws the report of one run. Everything it shows stands in the page; nothing is loaded.
'use strict';

const report = JSON.parse(document.getElementById('data').textContent);
const root = document.getElementById('report');
const COLOURS = ['#2463c4', '#d1622b', '#2a8a57', '#8a4fb8'];

function element(tag, text, parent) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  (parent || root).appendChild(made);
  return made;
}

function shown(value) {
  if (typeof value !== 'number') return String(value);
  return value.toLocaleString('en', {maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0});
}

function table(rows, head) {
  const made = element('table');
  if (head) {
    const line = element('tr', undefined, made);
    head.forEach(text => element('th', text, line));
  }
  rows.forEach(row => {
    const line = element('tr', undefined, made);
    row.forEach((value, i) => {
      const cell = element(i === 0 ? 'th' : 'td', value === undefined ? '' : shown(value), line);
      if (typeof value === 'number') cell.className = 'number';
    });
  });
  return made;
}

// Numbers of a result, with their path; latencies have a table of their own.
function numbers(json, path, into) {
  Object.entries(json).forEach(([key, value]) => {
    const at = path ? path + ' ' + key.replaceAll('_', ' ') : key.replaceAll('_', ' ');
    if (typeof value === 'number') into.push([at, value]);
    else if (value && typeof value === 'object' && !Array.isArray(value) && !('p50_ms' in value)) numbers(value, at, into);
  });
  return into;
}

function latencies(json, path, into) {
  Object.entries(json).forEach(([key, value]) => {
    if (!value || typeof value !== 'object' || Array.isArray(value)) return;
    const at = path ? path + ' ' + key : key;
    if ('p50_ms' in value) into.push([at.replace(/[ _]?latency$/, '') || 'all', value]);
    else latencies(value, at, into);
  });
  return into;
}

function plot(parent, title, type, datasets, options) {
  const figure = element('figure', undefined, parent);
  element('figcaption', title, figure);
  const canvas = element('canvas', undefined, element('div', undefined, figure));
  new Chart(canvas, {
    type,
    data: {labels: options.labels, datasets},
    options: {
      animation: false,
      scales: {
        x: options.labels ? {} : {type: 'linear', title: {display: true, text: 's'}},
        y: {type: options.log ? 'logarithmic' : 'linear', beginAtZero: !options.log, title: {display: true, text: options.unit}},
      },
      elements: {point: {radius: type === 'scatter' ? 2 : 0}, line: {borderWidth: 1.5}},
      plugins: {legend: {display: datasets.length > 1}},
    },
  });
}

function line(run, label, pick, colour) {
  const data = run.series.map(point => ({x: point.t, y: pick(point)})).filter(point => point.y !== undefined);
  return {label, data, borderColor: COLOURS[colour], backgroundColor: COLOURS[colour]};
}

function some(datasets) {
  return datasets.filter(set => set.data.some(point => point.y));
}

function plots(run) {
  const grid = element('div');
  grid.className = 'plots';
  const measured = latencies(run.result, '', []).filter(([, value]) => value.count > 0);
  if (measured.length > 0) {
    plot(grid, 'latency', 'bar', measured.map(([name, value], i) => ({
      label: name,
      data: ['p50_ms', 'p90_ms', 'p99_ms', 'p999_ms', 'max_ms'].map(key => value[key]),
      backgroundColor: COLOURS[i % COLOURS.length],
    })), {labels: ['p50', 'p90', 'p99', 'p99.9', 'max'], unit: 'ms', log: true});
  }
  const over = (title, unit, sets, options) => {
    const left = some(sets);
    if (left.length > 0) plot(grid, title, 'line', left, {unit, ...options});
  };
  over('rate', 'per second', [
    line(run, 'deliveries', point => point.delivered_per_second, 0),
    line(run, 'logins', point => point.logins_per_second, 1)], {});
  ['unicast', 'broadcast'].forEach(kind => over('latency, ' + kind + 's of each half second', 'ms', [
    line(run, 'p50', point => point[kind] && point[kind].p50_ms, 0),
    line(run, 'p99', point => point[kind] && point[kind].p99_ms, 1),
    line(run, 'p99.9', point => point[kind] && point[kind].p999_ms, 2)], {log: true}));
  over('connections', '', [line(run, 'connected', point => point.connected, 0)], {});
  over('processor of the server', '% of a core', [
    line(run, 'all', point => point.cpu_percent, 0),
    line(run, 'kernel', point => point.system_percent, 1)], {});
  const MB = 1e6;
  over('resident memory of the server', 'MB', [line(run, 'RSS', point => point.rss_bytes / MB, 0)], {});
  over('kernel memory of the machine', 'MB', [
    line(run, 'waiting in TCP sockets', point => point.socket_bytes / MB, 0),
    line(run, 'kernel objects', point => point.slab_bytes / MB, 1)], {});
  const pauses = (run.gc.each || []).map(pause => ({x: pause.t, y: pause.ms}));
  if (pauses.length > 0) {
    plot(grid, 'GC pauses', 'scatter', [{label: 'pauses', data: pauses, backgroundColor: COLOURS[0]}], {unit: 'ms'});
  }
}

element('h2', 'Conditions');
table(Object.entries(report.conditions));
(report.servers || []).forEach(server => {
  const line = element('p', server.name + ': ');
  element('code', server.command, line);
});

if (report.ratios && report.ratios.length > 0) {
  element('h2', 'Side by side');
  table(
    report.ratios.map(one => [one.kind, one.figure, one.server, one.value, one.peer, one.peer_value, one.ratio]),
    ['scenario', 'figure', '', '', '', '', 'ratio']);
}

report.runs.forEach(run => {
  element('h2', run.kind + ' on ' + run.server + ', ' + shown(run.spec.connections) + ' connections, ' +
    shown(run.spec.bytes) + ' B, QoS ' + run.spec.qos +
    (!run.spec.tls || run.spec.tls === 'none' ? '' : ', TLS 1.3, ' + (run.spec.tls === 'full' ? 'full handshakes' : 'resumed sessions')));
  if (run.checks.holds) {
    element('p', 'Every delivery was checked: none lost, none twice, none of another’s.');
  } else {
    const line = element('p', 'A check failed: ');
    line.className = 'failed';
    element('code', JSON.stringify(run.checks), line);
  }
  table(numbers(run.result, '', []));
  const measured = latencies(run.result, '', []);
  if (measured.length > 0) {
    table(
      measured.map(([name, value]) => [name, value.count, value.p50_ms, value.p90_ms, value.p99_ms, value.p999_ms, value.max_ms]),
      ['latency, ms', 'count', 'p50', 'p90', 'p99', 'p99.9', 'max']);
  }
  if (run.result.classes) {
    table(run.result.classes.slice(0, 25).map(one => [one.class, one.objects, one.bytes]), ['class', 'objects', 'bytes a connection']);
  }
  table([['GC pauses', run.gc.pauses], ['p99 ms', run.gc.p99_ms], ['max ms', run.gc.max_ms]]);
  plots(run);
});
