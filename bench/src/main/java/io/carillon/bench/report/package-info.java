/** What a run says of itself: a table, a JSON file, and a page with plots. */
@NullMarked
package io.carillon.bench.report;

import org.jspecify.annotations.NullMarked;
