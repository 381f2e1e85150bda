// A microphone and a loudspeaker without hardware: an ALSA plugin whose sample clock is exact.
//
// PortAudio opens it like any device that a configuration names (virtual_microphone.py writes that configuration).
// The microphone hears, at true moments of the monotonic clock:
//   - FAKEMIC_SPEECH: raw 48 kHz 16-bit mono, played round and round from the moment the device was opened;
//   - a 1 kHz beep of 50 ms at every flash of the virtual camera (FAKECAM_DIR/t0 says when it started), unless
//     FAKEMIC_BEEP=0. Before the camera runs there is no beep.
// FAKEMIC_PPM makes its clock fast or slow. FAKEMIC_LATENCY_MS (5) is how long a sample takes to reach the computer,
// and is part of the delay that it reports, as with real hardware. FAKEMIC_DIR/unplug pulls it out (ENODEV),
// FAKEMIC_DIR/hang makes it deliver nothing, FAKEMIC_DIR/block besides keeps whoever closes it. FAKEMIC_DIR/rate holds
// the only rate that it has (48000), from its next opening on. The loudspeaker plays at the same clock, and writes what it played to
// FAKEMIC_DIR/played.raw (16-bit, channels interleaved).
//
// SDK: <alsa/pcm_ioplug.h>, https://www.alsa-project.org/alsa-doc/alsa-lib/group___p_c_m___i_o_plug.html
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define RATE 48000
#define FLASH_FRAMES 60
#define BEEP_S 0.05
#define BEEP_HZ 1000.0
#define BEEP_LEVEL 20000.0
#define HANG_NS 2e9 // while it hangs, look this often whether it still does
#define TIMER_MARGIN_NS 50000 // wake just after the period's last sample, never just before it

typedef struct {
  snd_pcm_ioplug_t io;
  unsigned nominal; // samples a second, as it says
  double rate;      // true samples a second, FAKEMIC_PPM included
  double latency_s; // from the air to the computer
  double opened_s;  // the speech's zero
  double started_s; // sample 0 since the last start; 0 while stopped
  const int16_t *speech;
  size_t speech_samples, speech_bytes;
  int beep;
  double flash_s, flash_period_s, looked_s; // the camera's first flash; when t0 was last read
  int played;
} Mic;

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double number(const char *name, double otherwise) {
  const char *text = getenv(name);
  return text && *text ? atof(text) : otherwise;
}

static int asked(const char *word) {
  const char *folder = getenv("FAKEMIC_DIR");
  char path[512];
  if (!folder)
    return 0;
  snprintf(path, sizeof path, "%s/%s", folder, word);
  return access(path, F_OK) == 0;
}

// Samples that have reached the computer (or that were played) since the start. The library's appl_ptr counts, from 0 at
// the start, those that the program took (or gave).
static uint64_t elapsed(const Mic *mic) {
  if (mic->started_s == 0)
    return 0;
  double since = now_s() - mic->started_s - (mic->io.stream == SND_PCM_STREAM_CAPTURE ? mic->latency_s : 0);
  return since > 0 ? (uint64_t)(since * mic->rate) : 0;
}

static void look_for_camera(Mic *mic) {
  const char *folder = getenv("FAKECAM_DIR");
  char path[512];
  double started = 0, fps = 0;
  if (!mic->beep || !folder || now_s() - mic->looked_s < 0.02)
    return;
  mic->looked_s = now_s();
  snprintf(path, sizeof path, "%s/t0", folder);
  FILE *file = fopen(path, "re");
  if (!file)
    return;
  if (fscanf(file, "%lf %lf", &started, &fps) == 2 && fps > 0) {
    mic->flash_s = started + 1 / fps; // the camera stamps its first frame one interval after it started
    mic->flash_period_s = FLASH_FRAMES / fps;
  }
  fclose(file);
}

// What is in the air at one moment of the monotonic clock.
static int16_t heard(const Mic *mic, double at_s) {
  double value = 0;
  if (mic->speech_samples) {
    double position = (at_s - mic->opened_s) * RATE;
    if (position >= 0)
      value = mic->speech[(uint64_t)position % mic->speech_samples];
  }
  if (mic->flash_period_s > 0 && at_s >= mic->flash_s) {
    double phase = fmod(at_s - mic->flash_s, mic->flash_period_s);
    if (phase < BEEP_S)
      value += sin(2 * M_PI * BEEP_HZ * phase) * BEEP_LEVEL;
  }
  return (int16_t)(value > 32767 ? 32767 : value < -32768 ? -32768 : value);
}

// Pulled out? Then in the state that the kernel gives such a device.
static int gone(snd_pcm_ioplug_t *io) {
  int out = asked("unplug");
  if (out)
    snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
  return out;
}

static double period_ns(snd_pcm_ioplug_t *io) {
  return (double)io->period_size / ((Mic *)io->private_data)->rate * 1e9;
}

// Wake whoever polls after first_ns, and then once a period.
static int arm(snd_pcm_ioplug_t *io, double first_ns) {
  double every_ns = period_ns(io);
  struct itimerspec timer = {{(time_t)(every_ns / 1e9), (long)fmod(every_ns, 1e9)},
                             {(time_t)(first_ns / 1e9), (long)fmod(first_ns, 1e9)}};
  return timerfd_settime(io->poll_fd, 0, &timer, 0) ? -errno : 0;
}

static int mic_start(snd_pcm_ioplug_t *io) {
  Mic *mic = io->private_data;
  if (gone(io))
    return -ENODEV;
  mic->started_s = now_s();
  return arm(io, period_ns(io) + TIMER_MARGIN_NS + (io->stream == SND_PCM_STREAM_CAPTURE ? mic->latency_s * 1e9 : 0));
}

static int mic_stop(snd_pcm_ioplug_t *io) {
  Mic *mic = io->private_data;
  while (asked("block"))
    usleep(20000);
  struct itimerspec off = {{0, 0}, {0, 0}};
  mic->started_s = 0;
  return timerfd_settime(io->poll_fd, 0, &off, 0) ? -errno : 0;
}

static int mic_prepare(snd_pcm_ioplug_t *io) {
  Mic *mic = io->private_data;
  mic->started_s = 0;
  return gone(io) ? -ENODEV : 0;
}

static snd_pcm_sframes_t mic_pointer(snd_pcm_ioplug_t *io) {
  Mic *mic = io->private_data;
  if (gone(io))
    return (snd_pcm_sframes_t)(io->hw_ptr % io->buffer_size); // an error would read as samples lost, not as a lost device
  uint64_t done = elapsed(mic);
  if (done > io->appl_ptr + (io->stream == SND_PCM_STREAM_CAPTURE ? io->buffer_size : 0))
    return -EPIPE; // the program came too late: samples are lost
  return (snd_pcm_sframes_t)(done % io->buffer_size);
}

static snd_pcm_sframes_t mic_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                      snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
  Mic *mic = io->private_data;
  int16_t *samples = (int16_t *)((char *)areas->addr + areas->first / 8 + areas->step / 8 * offset);
  if (gone(io))
    return -ENODEV;
  if (io->stream == SND_PCM_STREAM_PLAYBACK) {
    if (mic->played >= 0 && write(mic->played, samples, size * io->channels * 2) < 0)
      return -errno;
  } else {
    look_for_camera(mic);
    for (snd_pcm_uframes_t i = 0; i < size; i++)
      for (unsigned channel = 0; channel < io->channels; channel++)
        samples[i * io->channels + channel] = heard(mic, mic->started_s + (double)(io->appl_ptr + i) / mic->rate);
  }
  return (snd_pcm_sframes_t)size;
}

// In samples: how long ago the next one to read was in the air, or when the next one to write will be.
static int mic_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay) {
  Mic *mic = io->private_data;
  double since = mic->started_s > 0 ? (now_s() - mic->started_s) * mic->rate : 0;
  if (gone(io))
    return -ENODEV;
  *delay = (snd_pcm_sframes_t)(io->stream == SND_PCM_STREAM_CAPTURE ? since - (double)io->appl_ptr
                                                                   : (double)io->appl_ptr - since);
  return 0;
}

static int mic_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned count, unsigned short *revents) {
  uint64_t ticks;
  *revents = 0;
  if (count != 1)
    return -EINVAL;
  if (!(fds[0].revents & POLLIN) || read(io->poll_fd, &ticks, sizeof ticks) != sizeof ticks)
    return 0;
  if (gone(io))
    *revents = POLLERR | POLLHUP;
  else if (asked("hang") || asked("block"))
    arm(io, HANG_NS);
  else
    *revents = io->stream == SND_PCM_STREAM_CAPTURE ? POLLIN : POLLOUT;
  return 0;
}

static int mic_close(snd_pcm_ioplug_t *io) {
  Mic *mic = io->private_data;
  if (mic->speech)
    munmap((void *)mic->speech, mic->speech_bytes);
  if (mic->played >= 0)
    close(mic->played);
  close(io->poll_fd);
  free(mic);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = mic_start,       .stop = mic_stop,   .pointer = mic_pointer,      .transfer = mic_transfer,
    .close = mic_close,       .delay = mic_delay, .poll_revents = mic_revents, .prepare = mic_prepare,
};

static int open_played(void) {
  const char *folder = getenv("FAKEMIC_DIR");
  char path[512];
  snprintf(path, sizeof path, "%s/played.raw", folder ? folder : ".");
  return folder ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
}

static void load_speech(Mic *mic) {
  const char *path = getenv("FAKEMIC_SPEECH");
  struct stat facts;
  int file = path && *path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0)
    return;
  if (!fstat(file, &facts) && facts.st_size >= 2) {
    void *map = mmap(0, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (map != MAP_FAILED) {
      mic->speech = map;
      mic->speech_bytes = (size_t)facts.st_size;
      mic->speech_samples = (size_t)facts.st_size / 2;
    }
  }
  close(file);
}

static unsigned nominal_rate(void) {
  const char *folder = getenv("FAKEMIC_DIR");
  char path[512];
  unsigned rate = RATE;
  snprintf(path, sizeof path, "%s/rate", folder ? folder : ".");
  FILE *file = fopen(path, "re");
  if (file && fscanf(file, "%u", &rate) != 1)
    rate = RATE;
  if (file)
    fclose(file);
  return rate;
}

static int constrain(snd_pcm_ioplug_t *io) {
  unsigned rate = ((Mic *)io->private_data)->nominal;
  static const unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
  static const unsigned format[] = {SND_PCM_FORMAT_S16_LE};
  int wrong = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
  wrong |= snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, format);
  wrong |= snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, 2);
  wrong |= snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, rate, rate);
  wrong |= snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64 * 2, 8192 * 4);
  wrong |= snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
  return wrong ? -EINVAL : 0;
}

SND_PCM_PLUGIN_DEFINE_FUNC(fakemic) {
  (void)root, (void)conf;
  if (asked("unplug"))
    return -ENODEV;
  Mic *mic = calloc(1, sizeof *mic);
  if (!mic)
    return -ENOMEM;
  mic->nominal = nominal_rate();
  mic->rate = mic->nominal * (1 + number("FAKEMIC_PPM", 0) * 1e-6);
  mic->latency_s = number("FAKEMIC_LATENCY_MS", 5) / 1e3;
  mic->beep = number("FAKEMIC_BEEP", 1) != 0;
  mic->opened_s = now_s();
  mic->played = stream == SND_PCM_STREAM_PLAYBACK ? open_played() : -1;
  if (stream == SND_PCM_STREAM_CAPTURE)
    load_speech(mic);
  mic->io.version = SND_PCM_IOPLUG_VERSION;
  mic->io.name = "Virtual microphone and loudspeaker";
  mic->io.callback = &callbacks;
  mic->io.private_data = mic;
  mic->io.flags = number("FAKEMIC_MONOTONIC", 1) != 0 ? SND_PCM_IOPLUG_FLAG_MONOTONIC : 0;
  mic->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  mic->io.poll_events = POLLIN;
  int wrong = snd_pcm_ioplug_create(&mic->io, name, stream, mode);
  if (wrong < 0) {
    close(mic->io.poll_fd);
    free(mic);
    return wrong;
  }
  wrong = constrain(&mic->io);
  if (wrong < 0) {
    snd_pcm_ioplug_delete(&mic->io);
    return wrong;
  }
  *pcmp = mic->io.pcm;
  return 0;
}
SND_PCM_PLUGIN_SYMBOL(fakemic);
