#pragma once
/* A failure detector of your own, in a shared library: the interface between flatline and the
 * library. Plain C (C99, and C++): one function with C linkage, flatline_detector_plugin(), returns
 * a description of the detector, and flatline calls the functions that it names. docs/PLUGINS.md
 * explains it; docs/examples/plugin/ has one detector in C and one in C++.
 *
 * Rules for every function of a plug-in:
 * - No C++ exception leaves it, and it does not end the process. flatline cannot catch a crash.
 * - A detector is used by one thread at a time, and different detectors by different threads: no
 *   function changes anything but the detector that it was given.
 * - The same calls give the same answers: no clock, no random numbers but those of `draw`.
 * - All times are whole nanoseconds of the monitor's clock, whose zero means nothing and which may
 *   be negative.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define FLATLINE_PLUGIN_EXPORT extern "C" __attribute__((visibility("default")))
#else
#define FLATLINE_PLUGIN_EXPORT __attribute__((visibility("default")))
#endif

/* The version of this interface. It changes only when a library that was built before cannot work
 * any more; what is added later goes to the end of a struct, whose size tells what is there. */
#define FLATLINE_PLUGIN_ABI 1u

/* A deadline: never suspected if nothing more comes. */
#define FLATLINE_NEVER INT64_MAX

/* Kinds of observation. A restart of the watched process is none of them: flatline makes a new
 * detector then. Ignore kinds that you do not know. */
enum {
  FLATLINE_HEARTBEAT = 0,
  FLATLINE_REPLY = 1,        /* To a probe of the monitor. */
  FLATLINE_PROBE_FAILED = 2, /* No reply in time. */
  FLATLINE_CONFIRMATION = 3  /* Another monitor's word. */
};

/* Something that the monitor learnt about the watched process. */
typedef struct flatline_observation {
  uint32_t struct_size; /* As flatline sees it. */
  int32_t kind;
  uint32_t incarnation; /* How often the watched process has restarted. Never an older one. */
  int32_t ok;           /* 0: the process said that it is not well. */
  int64_t sequence;     /* The sender's number, from 0. They may come late, twice or not at all. */
  int64_t sent_at;      /* The sender's clock when it sent. */
  int64_t now;          /* The monitor's clock. It never goes back. */
} flatline_observation;

/* What a detector is told besides its parameters. */
typedef struct flatline_surroundings {
  uint32_t struct_size;
  int64_t heartbeat_interval; /* The sender's nominal interval, ns; 0: not known. */
  /* 64 random bits, the same for the same purpose and index. NULL where there is no randomness (in
   * this version: everywhere). Valid as long as the detector and its clones. */
  uint64_t (*draw)(void* context, const char* purpose, uint64_t index);
  void* draw_context;
} flatline_surroundings;

/* Types of parameters: how a scenario writes them, and what create() reads. */
enum {
  FLATLINE_DURATION = 0, /* "3s"; create() reads whole nanoseconds: 3000000000. */
  FLATLINE_NUMBER = 1,   /* 2.5 */
  FLATLINE_COUNT = 2,    /* A whole number. */
  FLATLINE_CHOICE = 3    /* One of some words: "any". */
};

/* Flags of parameters. */
enum {
  FLATLINE_OPTIONAL = 1,     /* May be absent without a default. */
  FLATLINE_MIN_EXCLUSIVE = 2 /* A value must be larger than `min`. */
};

typedef struct flatline_parameter {
  const char* name; /* Lower-case letters, digits and _; a letter first; at most 64. */
  int32_t type;
  uint32_t flags;
  const char* default_value;  /* As a scenario writes it, without quotes; NULL: none. */
  double min;                 /* Smallest value; seconds for durations. Not below 0 for durations
                                 and counts. */
  double max;                 /* Largest value; 0: no limit. */
  const char* const* choices; /* FLATLINE_CHOICE: the words, spelt like names, and NULL. */
  const char* help;           /* Meaning, in one sentence. */
} flatline_parameter;

/* Flags of detectors. */
enum {
  FLATLINE_STARTS_SUSPECTED = 1, /* Suspects before the first heartbeat; else: no answer yet. */
  FLATLINE_NEEDS_INTERVAL = 2,   /* Cannot work without heartbeat_interval. */
  FLATLINE_NEEDS_SENT_AT = 4     /* Cannot work without sent_at. */
};

/* The description of a detector and its functions. It and all that it points to stay as they are
 * until the process ends. */
typedef struct flatline_plugin {
  uint32_t abi_version; /* FLATLINE_PLUGIN_ABI */
  uint32_t struct_size; /* sizeof(flatline_plugin) */
  const char* name;     /* As scenarios name it; spelt like a parameter's name. */
  const char* summary;  /* What it does, in one sentence. */
  const char* source;   /* Paper or product; may be NULL. */
  uint32_t flags;
  uint32_t parameter_size; /* sizeof(flatline_parameter) */
  uint32_t parameter_count;
  const flatline_parameter* parameters; /* May be NULL if there are none. */

  /* A new detector. `parameters` is a JSON object on one line, without blanks, with a value per
   * parameter that has one: {"timeout":3000000000,"restart_on":"any"}. Both arguments end with the
   * call. If the parameters do not fit together: NULL, with the reason in `error` (at most
   * `error_size` bytes with the final 0). */
  void* (*create)(const char* parameters, const flatline_surroundings* surroundings, char* error,
                  size_t error_size);
  /* A copy that behaves alike from here on and shares nothing that changes. NULL: out of memory. */
  void* (*clone)(const void* detector);
  void (*destroy)(void* detector);

  /* Takes in an observation. 0: done; anything else ends the run. */
  int32_t (*observe)(void* detector, const flatline_observation* observation);
  /* The first instant at which it suspects if nothing more comes; FLATLINE_NEVER, or anything more
   * than 73 years away: never. At or before the last observation: it stays suspected. The answer
   * is the same until the next observation. Not asked before the first heartbeat or reply. */
  int64_t (*deadline)(const void* detector);
  /* The level of suspicion at `now`, at or after the last observation, on a scale of its own. A
   * number (infinity too) that does not fall while `now` grows and nothing is observed, but for
   * rounding (1e-9 of it). Not asked before the first heartbeat or reply. It explains; the deadline
   * decides. */
  double (*suspicion)(const void* detector, int64_t now);
  /* 0 while it has seen fewer heartbeats than it wants before its judgement counts. May be NULL:
   * it always counts. A parameter called "window" of type FLATLINE_COUNT lengthens the warm-up of
   * a simulation by itself. */
  int32_t (*warmed_up)(const void* detector);
} flatline_plugin;

/* The one function that a plug-in exports:
 *   FLATLINE_PLUGIN_EXPORT const flatline_plugin* flatline_detector_plugin(void) { return &it; } */
typedef const flatline_plugin* (*flatline_detector_plugin_function)(void);
#define FLATLINE_PLUGIN_SYMBOL "flatline_detector_plugin"

/* Where the value of a parameter begins in the text that create() is given; NULL if it has none.
 * strtoll and strtod read numbers from there; a word follows its opening quote. This finds names
 * in flatline's own text only: it is no JSON parser. */
static inline const char* flatline_value_of(const char* parameters, const char* name) {
  const char* p;
  for (p = parameters; *p != '\0'; ++p) {
    const char* at = p + 1;
    const char* n = name;
    if (*p != '"') continue;
    while (*n != '\0' && *at == *n) {
      ++at;
      ++n;
    }
    if (*n == '\0' && at[0] == '"' && at[1] == ':') return at + 2;
  }
  return NULL;
}

#ifdef __cplusplus
}
#endif
