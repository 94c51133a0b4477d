/** Typed configuration: a record that checks itself, read from a YAML file and the environment. */
@NullMarked
package io.carillon.runtime.config;

import org.jspecify.annotations.NullMarked;
