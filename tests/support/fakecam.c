// A USB webcam without hardware: a V4L2 capture device in user space, put before the C library with LD_PRELOAD.
//
// It answers for one device node (FAKECAM_NODE, default /dev/video0) in every program that opens it through the C
// library: OpenCV, ffmpeg, PyAV, Qt. virtual_camera.py makes its frames and builds it.
//   FAKECAM_DIR/<W>x<H>.mjpg + .idx (sizes, uint32 little-endian)  MJPG modes at FAKECAM_FPS (30)
//   FAKECAM_DIR/<W>x<H>.yuyv                                       YUYV modes, as slow as USB 2 makes them
//   FAKECAM_DIR/t0        written at each start: "seconds-of-the-monotonic-clock frames-a-second". Frame n is stamped
//                         t0 + (n + 1) / fps, on the monotonic clock, as a UVC driver does
//   FAKECAM_DIR/unplug    while it exists, ENODEV: the camera was pulled out
//   FAKECAM_DIR/hang      while it exists, no frame comes
//   FAKECAM_DIR/block     while it exists, a call for the next frame does not come back
//   FAKECAM_DIR/node      the device node that it has now; before FAKECAM_NODE
//   FAKECAM_DIR/size      "640x480": the only size that it has, from its next opening on
// As with a driver, only who may read and write the node may open it, one program at a time gets buffers, and a program
// that has it open is seen to have the node open (/proc/PID/fd).
//   FAKECAM_NAME          what the camera calls itself
// Interface: https://docs.kernel.org/userspace-api/media/v4l/v4l2.html
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
static int (*r_open)(const char *, int, ...), (*r_open64)(const char *, int, ...),
    (*r_openat)(int, const char *, int, ...), (*r_ioctl)(int, unsigned long, ...), (*r_close)(int);
static void *(*r_mmap)(void *, size_t, int, int, int, off_t);
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
typedef struct {
  int w, h;
  uint32_t fmt;
  int fps;
} Mode;
static Mode modes[16];
static int nmodes;
#define NB 8
#define HANG_S 3 / 2 // longer than a reader's patience, so that it meets its own time-out
typedef struct {
  int fd, nonblock;
  Mode m;
  int fps;
  int nbuf;
  uint8_t *buf[NB];
  size_t cap;
  int queued[NB], q[NB], nq, state[NB];
  int streaming, lock, seen; // descriptors: of the lock, 0 while none; of the node, for others to see
  uint8_t *data;
  size_t dlen;
  uint32_t *sz;
  size_t *off;
  int nfr;
  uint64_t seq;
  struct timespec t0;
} Cam;
static Cam *cams[4];
static void init(void) {
  if (r_open)
    return;
  r_open64 = dlsym(RTLD_NEXT, "open64");
  r_openat = dlsym(RTLD_NEXT, "openat");
  r_ioctl = dlsym(RTLD_NEXT, "ioctl");
  r_close = dlsym(RTLD_NEXT, "close");
  r_mmap = dlsym(RTLD_NEXT, "mmap");
  r_open = dlsym(RTLD_NEXT, "open");
}
static const char *dir(void) {
  const char *d = getenv("FAKECAM_DIR");
  return d ? d : "fakecam";
}
// One word from a file of FAKECAM_DIR.
static int said(const char *file, char *word) {
  char p[512];
  ssize_t n = -1;
  snprintf(p, 512, "%s/%s", dir(), file);
  int fd = r_open(p, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    n = read(fd, word, 63);
    r_close(fd);
  }
  word[n > 0 ? n : 0] = 0;
  return n > 0;
}
static int isnode(const char *p) {
  char now[64];
  const char *d = getenv("FAKECAM_NODE");
  if (!p || strncmp(p, "/dev/video", 10))
    return 0;
  return !strcmp(p, said("node", now) ? now : d ? d : "/dev/video0");
}
static int asked(const char *word) {
  char p[512];
  snprintf(p, 512, "%s/%s", dir(), word);
  return access(p, F_OK) == 0;
}
// One program at a time gets pictures, as from a driver.
static int lock_device(Cam *c) {
  char path[512];
  snprintf(path, sizeof path, "%s/lock", getenv("FAKECAM_DIR"));
  if (c->lock)
    return 0;
  int fd = r_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
    r_close(fd);
    return -1;
  }
  c->lock = fd < 0 ? 0 : fd;
  return 0;
}
static void unlock_device(Cam *c) {
  if (c->lock)
    r_close(c->lock);
  c->lock = 0;
}
static int unplugged(void) { return asked("unplug"); }
static void scan(void) {
  char only[64], size[64];
  int limited = said("size", only);
  nmodes = 0;
  static const int S[][2] = {{640, 480}, {1280, 720}, {1920, 1080}};
  char p[512];
  const char *e = getenv("FAKECAM_FPS");
  int fps = e ? atoi(e) : 30;
  for (int i = 0; i < 3; i++) {
    snprintf(size, 64, "%dx%d", S[i][0], S[i][1]);
    if (limited && strcmp(size, only))
      continue;
    snprintf(p, 512, "%s/%dx%d.yuyv", dir(), S[i][0], S[i][1]);
    if (!access(p, R_OK))
      modes[nmodes++] = (Mode){S[i][0], S[i][1], V4L2_PIX_FMT_YUYV, i == 0 ? 30 : i == 1 ? 10 : 5};
  }
  for (int i = 0; i < 3; i++) {
    snprintf(size, 64, "%dx%d", S[i][0], S[i][1]);
    if (limited && strcmp(size, only))
      continue;
    snprintf(p, 512, "%s/%dx%d.mjpg", dir(), S[i][0], S[i][1]);
    if (!access(p, R_OK))
      modes[nmodes++] = (Mode){S[i][0], S[i][1], V4L2_PIX_FMT_MJPEG, fps};
  }
}
static Cam *find(int fd) {
  for (int i = 0; i < 4; i++)
    if (cams[i] && cams[i]->fd == fd)
      return cams[i];
  return 0;
}
static int mkcam(const char *p, int fl) {
  if (access(p, R_OK | W_OK))
    return -1;
  scan();
  if (unplugged() || !nmodes) {
    errno = ENODEV;
    return -1;
  }
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0)
    return -1;
  Cam *c = calloc(1, sizeof *c);
  c->fd = fd;
  c->seen = r_open(p, O_PATH | O_CLOEXEC);
  c->nonblock = !!(fl & O_NONBLOCK);
  c->m = modes[0];
  c->fps = modes[0].fps;
  pthread_mutex_lock(&mu);
  for (int i = 0; i < 4; i++)
    if (!cams[i]) {
      cams[i] = c;
      break;
    }
  pthread_mutex_unlock(&mu);
  return fd;
}
#define MODEARG                                                                                              \
  int m = 0;                                                                                                 \
  if (fl & (O_CREAT | __O_TMPFILE)) {                                                                        \
    va_list a;                                                                                               \
    va_start(a, fl);                                                                                         \
    m = va_arg(a, int);                                                                                      \
    va_end(a);                                                                                               \
  }
int open(const char *p, int fl, ...) {
  init();
  MODEARG if (isnode(p)) return mkcam(p, fl);
  return r_open(p, fl, m);
}
int open64(const char *p, int fl, ...) {
  init();
  MODEARG if (isnode(p)) return mkcam(p, fl);
  return r_open64(p, fl, m);
}
int openat(int d, const char *p, int fl, ...) {
  init();
  MODEARG if (isnode(p)) return mkcam(p, fl);
  return r_openat(d, p, fl, m);
}
static void fillfmt(Cam *c, struct v4l2_format *f) {
  struct v4l2_pix_format *x = &f->fmt.pix;
  x->width = c->m.w;
  x->height = c->m.h;
  x->pixelformat = c->m.fmt;
  x->field = V4L2_FIELD_NONE;
  x->bytesperline = c->m.fmt == V4L2_PIX_FMT_YUYV ? c->m.w * 2 : 0;
  x->sizeimage = c->m.w * c->m.h * 2;
  x->colorspace = V4L2_COLORSPACE_SRGB;
  x->priv = 0;
}
static Mode best(uint32_t fmt, int w, int h) {
  Mode b = modes[0];
  long bd = -1;
  int has = 0;
  for (int i = 0; i < nmodes; i++)
    if (modes[i].fmt == fmt)
      has = 1;
  for (int i = 0; i < nmodes; i++) {
    if (has && modes[i].fmt != fmt)
      continue;
    long d = labs((long)modes[i].w * modes[i].h - (long)w * h);
    if (bd < 0 || d < bd) {
      bd = d;
      b = modes[i];
    }
  }
  return b;
}
static int load(Cam *c) {
  char p[512];
  if (c->data) {
    munmap(c->data, c->dlen);
    free(c->sz);
    free(c->off);
    c->sz = 0;
    c->off = 0;
    c->data = 0;
  }
  int mj = c->m.fmt == V4L2_PIX_FMT_MJPEG;
  snprintf(p, 512, "%s/%dx%d.%s", dir(), c->m.w, c->m.h, mj ? "mjpg" : "yuyv");
  int f = r_open(p, O_RDONLY);
  struct stat st;
  if (f < 0 || fstat(f, &st))
    return -1;
  c->dlen = st.st_size;
  c->data = r_mmap(0, c->dlen, PROT_READ, MAP_SHARED, f, 0);
  r_close(f);
  if (mj) {
    snprintf(p, 512, "%s/%dx%d.idx", dir(), c->m.w, c->m.h);
    f = r_open(p, O_RDONLY);
    fstat(f, &st);
    c->nfr = st.st_size / 4;
    c->sz = malloc(st.st_size);
    c->off = malloc(8 * c->nfr);
    if (read(f, c->sz, st.st_size) < 0)
      return -1;
    r_close(f);
    size_t o = 0;
    for (int i = 0; i < c->nfr; i++) {
      c->off[i] = o;
      o += c->sz[i];
    }
  } else {
    size_t s = (size_t)c->m.w * c->m.h * 2;
    c->nfr = c->dlen / s;
    c->sz = malloc(4 * c->nfr);
    c->off = malloc(8 * c->nfr);
    for (int i = 0; i < c->nfr; i++) {
      c->sz[i] = s;
      c->off[i] = i * s;
    }
  }
  return 0;
}
static int err(int e) {
  errno = e;
  return -1;
}
static uint64_t interval_ns(const Cam *c) { return 1000000000ull / c->fps; }
// How many frames the sensor has finished since the start; never fewer than one, and never one twice.
static uint64_t ticks(const Cam *c) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t since = (uint64_t)(now.tv_sec - c->t0.tv_sec) * 1000000000ull + now.tv_nsec - c->t0.tv_nsec;
  uint64_t done = since / interval_ns(c);
  return done > c->seq ? done : c->seq + 1;
}
// Wake the reader at frame n, and at each one after it.
static void tick_after(Cam *c, uint64_t n) {
  uint64_t ns = (uint64_t)c->t0.tv_sec * 1000000000ull + c->t0.tv_nsec + n * interval_ns(c);
  struct itimerspec it = {{0, interval_ns(c)}, {ns / 1000000000ull, ns % 1000000000ull}};
  timerfd_settime(c->fd, TFD_TIMER_ABSTIME, &it, 0);
}
// The virtual microphone reads this at any moment: it must be whole.
static void tell_start(const Cam *c) {
  char path[512], new[520];
  snprintf(path, sizeof path, "%s/t0", dir());
  snprintf(new, sizeof new, "%s.new", path);
  FILE *f = fopen(new, "we");
  if (!f)
    return;
  fprintf(f, "%ld.%09ld %d\n", (long)c->t0.tv_sec, c->t0.tv_nsec, c->fps);
  if (!fclose(f))
    rename(new, path);
}
static int cam_ioctl(Cam *c, unsigned long rq, void *arg) {
  if (unplugged())
    return err(ENODEV);
  rq &= 0xffffffffUL;
  switch (rq) {
  case VIDIOC_QUERYCAP: {
    struct v4l2_capability *k = arg;
    memset(k, 0, sizeof *k);
    strcpy((char *)k->driver, "uvcvideo");
    const char *n = getenv("FAKECAM_NAME");
    snprintf((char *)k->card, sizeof k->card, "%s", n ? n : "Virtual Camera");
    strcpy((char *)k->bus_info, "usb-0000:00:14.0-1");
    k->version = 0x60112;
    k->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    k->capabilities = k->device_caps | V4L2_CAP_DEVICE_CAPS;
    return 0;
  }
  case VIDIOC_ENUMINPUT: {
    struct v4l2_input *i = arg;
    if (i->index)
      return err(EINVAL);
    memset(i, 0, sizeof *i);
    strcpy((char *)i->name, "Camera 1");
    i->type = V4L2_INPUT_TYPE_CAMERA;
    return 0;
  }
  case VIDIOC_G_INPUT:
    *(int *)arg = 0;
    return 0;
  case VIDIOC_S_INPUT:
    return *(int *)arg ? err(EINVAL) : 0;
  case VIDIOC_ENUM_FMT: {
    struct v4l2_fmtdesc *f = arg;
    if (f->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
      return err(EINVAL);
    uint32_t u[2];
    int n = 0;
    for (int i = 0; i < nmodes; i++)
      if (!n || u[n - 1] != modes[i].fmt)
        u[n++] = modes[i].fmt;
    if ((int)f->index >= n)
      return err(EINVAL);
    int ix = f->index;
    memset(f, 0, sizeof *f);
    f->index = ix;
    f->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    f->pixelformat = u[ix];
    if (u[ix] == V4L2_PIX_FMT_MJPEG) {
      f->flags = V4L2_FMT_FLAG_COMPRESSED;
      strcpy((char *)f->description, "Motion-JPEG");
    } else
      strcpy((char *)f->description, "YUYV 4:2:2");
    return 0;
  }
  case VIDIOC_ENUM_FRAMESIZES: {
    struct v4l2_frmsizeenum *f = arg;
    int k = -1;
    for (int i = 0; i < nmodes; i++)
      if (modes[i].fmt == f->pixel_format && ++k == (int)f->index) {
        f->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        f->discrete.width = modes[i].w;
        f->discrete.height = modes[i].h;
        return 0;
      }
    return err(EINVAL);
  }
  case VIDIOC_ENUM_FRAMEINTERVALS: {
    struct v4l2_frmivalenum *f = arg;
    if (f->index)
      return err(EINVAL);
    for (int i = 0; i < nmodes; i++)
      if (modes[i].fmt == f->pixel_format && modes[i].w == (int)f->width && modes[i].h == (int)f->height) {
        f->type = V4L2_FRMIVAL_TYPE_DISCRETE;
        f->discrete.numerator = 1;
        f->discrete.denominator = modes[i].fps;
        return 0;
      }
    return err(EINVAL);
  }
  case VIDIOC_G_FMT: {
    struct v4l2_format *f = arg;
    if (f->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
      return err(EINVAL);
    fillfmt(c, f);
    return 0;
  }
  case VIDIOC_TRY_FMT:
  case VIDIOC_S_FMT: {
    struct v4l2_format *f = arg;
    if (f->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
      return err(EINVAL);
    Mode m = best(f->fmt.pix.pixelformat, f->fmt.pix.width, f->fmt.pix.height);
    if (rq == VIDIOC_S_FMT) {
      if (c->streaming || c->nbuf)
        return err(EBUSY);
      c->m = m;
      c->fps = m.fps;
      fillfmt(c, f);
    } else {
      Mode o = c->m;
      c->m = m;
      fillfmt(c, f);
      c->m = o;
    }
    return 0;
  }
  case VIDIOC_G_PARM:
  case VIDIOC_S_PARM: {
    struct v4l2_streamparm *p = arg;
    struct v4l2_captureparm *k = &p->parm.capture;
    if (rq == VIDIOC_S_PARM && k->timeperframe.numerator) {
      int w = k->timeperframe.denominator / k->timeperframe.numerator;
      c->fps = w < 1 ? 1 : w > c->m.fps ? c->m.fps : w;
    }
    memset(k, 0, sizeof *k);
    k->capability = V4L2_CAP_TIMEPERFRAME;
    k->timeperframe.numerator = 1;
    k->timeperframe.denominator = c->fps;
    return 0;
  }
  case VIDIOC_REQBUFS: {
    struct v4l2_requestbuffers *r = arg;
    if (r->memory != V4L2_MEMORY_MMAP)
      return err(EINVAL);
    if (r->count == 0) {
      for (int i = 0; i < c->nbuf; i++) {
        munmap(c->buf[i], c->cap);
        c->buf[i] = 0;
      }
      c->nbuf = 0;
      c->nq = 0;
      unlock_device(c);
      return 0;
    }
    if (lock_device(c))
      return err(EBUSY);
    if (r->count > NB)
      r->count = NB;
    c->cap = ((size_t)c->m.w * c->m.h * 2 + 4095) & ~4095UL;
    c->nbuf = r->count;
    c->nq = 0;
    for (int i = 0; i < c->nbuf; i++)
      c->buf[i] = r_mmap(0, c->cap, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    r->capabilities = 1;
    return 0;
  }
  case VIDIOC_QUERYBUF: {
    struct v4l2_buffer *b = arg;
    if ((int)b->index >= c->nbuf)
      return err(EINVAL);
    b->length = c->cap;
    b->m.offset = b->index * c->cap;
    b->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    b->bytesused = 0;
    return 0;
  }
  case VIDIOC_QBUF: {
    struct v4l2_buffer *b = arg;
    if ((int)b->index >= c->nbuf)
      return err(EINVAL);
    pthread_mutex_lock(&mu);
    c->q[c->nq++ % NB] = b->index;
    if (c->nq > NB)
      c->nq = NB;
    pthread_mutex_unlock(&mu);
    return 0;
  }
  case VIDIOC_STREAMON: {
    if (lock_device(c))
      return err(EBUSY);
    if (load(c))
      return err(EIO);
    clock_gettime(CLOCK_MONOTONIC, &c->t0);
    c->seq = 0;
    tick_after(c, 1);
    c->streaming = 1;
    tell_start(c);
    return 0;
  }
  case VIDIOC_STREAMOFF: {
    struct itimerspec it = {{0, 0}, {0, 0}};
    timerfd_settime(c->fd, 0, &it, 0);
    c->streaming = 0;
    c->nq = 0;
    return 0;
  }
  case VIDIOC_DQBUF: {
    struct v4l2_buffer *b = arg;
    if (!c->streaming)
      return err(EINVAL);
    uint64_t n = 0;
    while (asked("block"))
      usleep(20000);
    while (read(c->fd, &n, 8) != 8 || asked("hang")) {
      if (asked("hang"))
        tick_after(c, ticks(c) + c->fps * HANG_S);
      if (c->nonblock)
        return err(EAGAIN);
      struct pollfd pf = {c->fd, POLLIN, 0};
      poll(&pf, 1, 2000);
      if (unplugged())
        return err(ENODEV);
    }
    pthread_mutex_lock(&mu);
    if (!c->nq) {
      pthread_mutex_unlock(&mu);
      return err(EAGAIN);
    }
    int ix = c->q[0];
    memmove(c->q, c->q + 1, sizeof(int) * (NB - 1));
    c->nq--;
    pthread_mutex_unlock(&mu);
    c->seq = ticks(c);
    int fr = (c->seq - 1) % c->nfr;
    memcpy(c->buf[ix], c->data + c->off[fr], c->sz[fr]);
    uint64_t ns = (uint64_t)c->t0.tv_sec * 1000000000ull + c->t0.tv_nsec + c->seq * interval_ns(c);
    memset(b, 0, sizeof *b);
    b->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    b->memory = V4L2_MEMORY_MMAP;
    b->index = ix;
    b->bytesused = c->sz[fr];
    b->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_MAPPED;
    b->timestamp.tv_sec = ns / 1000000000ull;
    b->timestamp.tv_usec = ns % 1000000000ull / 1000;
    b->sequence = c->seq - 1;
    b->length = c->cap;
    b->m.offset = ix * c->cap;
    return 0;
  }
  case VIDIOC_G_PRIORITY:
    *(uint32_t *)arg = V4L2_PRIORITY_DEFAULT;
    return 0;
  case VIDIOC_S_PRIORITY:
    return 0;
  }
  return err(ENOTTY);
}
int ioctl(int fd, unsigned long rq, ...) {
  init();
  va_list a;
  va_start(a, rq);
  void *arg = va_arg(a, void *);
  va_end(a);
  Cam *c = find(fd);
  if (!c)
    return r_ioctl(fd, rq, arg);
  return cam_ioctl(c, rq, arg);
}
static void *cmap(Cam *c, off_t o) {
  int i = o / c->cap;
  return i < c->nbuf ? c->buf[i] : MAP_FAILED;
}
void *mmap(void *p, size_t l, int pr, int fl, int fd, off_t o) {
  init();
  Cam *c = fd >= 0 ? find(fd) : 0;
  if (c)
    return cmap(c, o);
  return r_mmap(p, l, pr, fl, fd, o);
}
void *mmap64(void *p, size_t l, int pr, int fl, int fd, off_t o) { return mmap(p, l, pr, fl, fd, o); }
int close(int fd) {
  init();
  pthread_mutex_lock(&mu);
  for (int i = 0; i < 4; i++)
    if (cams[i] && cams[i]->fd == fd) {
      Cam *c = cams[i];
      cams[i] = 0;
      unlock_device(c);
      if (c->seen >= 0)
        r_close(c->seen);
      if (c->data)
        munmap(c->data, c->dlen);
      free(c->sz);
      free(c->off);
      free(c);
    }
  pthread_mutex_unlock(&mu);
  return r_close(fd);
}
