/* A plug-in in C: suspects when the time of several heartbeats has passed without one.
 *   cc -std=c99 -O2 -shared -fPIC -I include -o libk_missed.so docs/examples/plugin/k_missed.c */

#include <stdio.h>
#include <stdlib.h>

#include "flatline/detect/plugin.h"

struct k_missed {
  int64_t interval, silence; /* ns */
  int64_t last;              /* Arrival of the last heartbeat. */
};

static void* create(const char* parameters, const flatline_surroundings* surroundings, char* error,
                    size_t error_size) {
  const int64_t longest = INT64_C(1) << 60;
  const long long misses = strtoll(flatline_value_of(parameters, "misses"), NULL, 10);
  const long long grace = strtoll(flatline_value_of(parameters, "grace"), NULL, 10);
  struct k_missed* detector;
  if (misses > longest / surroundings->heartbeat_interval) {
    snprintf(error, error_size, "%lld missed heartbeats are longer than 36 years", misses);
    return NULL;
  }
  detector = malloc(sizeof(*detector));
  if (detector == NULL) {
    snprintf(error, error_size, "out of memory");
    return NULL;
  }
  detector->interval = surroundings->heartbeat_interval;
  detector->silence = misses * detector->interval + grace;
  detector->last = 0;
  return detector;
}

static void* clone(const void* detector) {
  struct k_missed* copy = malloc(sizeof(*copy));
  if (copy != NULL) *copy = *(const struct k_missed*)detector;
  return copy;
}

static int32_t observe(void* detector, const flatline_observation* observation) {
  if (observation->kind == FLATLINE_HEARTBEAT || observation->kind == FLATLINE_REPLY)
    ((struct k_missed*)detector)->last = observation->now;
  return 0;
}

static int64_t deadline(const void* detector) {
  const struct k_missed* it = detector;
  return it->last + it->silence;
}

/* Heartbeats missed so far. */
static double suspicion(const void* detector, int64_t now) {
  const struct k_missed* it = detector;
  return (double)(now - it->last) / (double)it->interval;
}

static const flatline_parameter parameters[] = {
    {"misses", FLATLINE_COUNT, 0, "3", 1, 1000000, NULL, "Heartbeats in a row that do not come."},
    {"grace", FLATLINE_DURATION, 0, "0s", 0, 0, NULL, "How much longer to wait after that."},
};

static const flatline_plugin description = {
    FLATLINE_PLUGIN_ABI,
    sizeof(flatline_plugin),
    "k_missed",
    "Suspects when several heartbeats in a row have not come.",
    "An example of a plug-in in C",
    FLATLINE_NEEDS_INTERVAL,
    sizeof(flatline_parameter),
    sizeof(parameters) / sizeof(parameters[0]),
    parameters,
    create,
    clone,
    free,
    observe,
    deadline,
    suspicion,
    NULL, /* warmed_up: always */
};

FLATLINE_PLUGIN_EXPORT const flatline_plugin* flatline_detector_plugin(void) {
  return &description;
}
