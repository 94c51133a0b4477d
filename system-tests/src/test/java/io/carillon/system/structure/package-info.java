/** The structure as a whole: boundaries between modules, and documents that are generated from the code. */
@NullMarked
package io.carillon.system.structure;

import org.jspecify.annotations.NullMarked;
