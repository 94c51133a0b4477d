/** The methods of the internal contracts, one class a service: what a process may ask of it. */
@NullMarked
package io.carillon.runtime.contract;

import org.jspecify.annotations.NullMarked;
