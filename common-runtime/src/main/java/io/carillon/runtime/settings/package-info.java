/** The apps and their settings, followed from saver. */
@NullMarked
package io.carillon.runtime.settings;

import org.jspecify.annotations.NullMarked;
