/** The fleet on one machine: what it consists of, its processes, and what is written down about them. */
@NullMarked
package io.carillon.deploy.fleet;

import org.jspecify.annotations.NullMarked;
