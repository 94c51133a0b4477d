/** How a process logs: text or JSON on standard output, at levels that can be changed while it runs. */
@NullMarked
package io.carillon.runtime.logging;

import org.jspecify.annotations.NullMarked;
