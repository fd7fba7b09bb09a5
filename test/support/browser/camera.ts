import type { Page } from 'playwright-core';

/**
 * A phone's camera, held upright, as Chromium's own false camera is landscape. A canvas stands for the lens: `cameras.last` is the track
 * in use, `cameras.asked` what was asked for.
 * @param count how many lenses the phone has
 */
export function portraitCamera(page: Page, width: number, height: number, count = 1): Promise<unknown> {
  return page.addInitScript(`
    window.cameras = { asked: [], last: null, torch: null };
    const ids = Array.from({ length: ${count} }, (_, index) => 'lens-' + index);
    navigator.mediaDevices.enumerateDevices = async () => ids.map((deviceId) => ({ kind: 'videoinput', deviceId }));
    navigator.mediaDevices.getUserMedia = async ({ video }) => {
      cameras.asked.push(video);
      const canvas = Object.assign(document.createElement('canvas'), { width: ${width}, height: ${height} });
      const context = canvas.getContext('2d');
      const paint = () => {
        context.fillStyle = '#4a5a50';
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.fillStyle = '#e8e0c8';
        context.fillRect(canvas.width * 0.08, canvas.height * 0.36, canvas.width * 0.84, canvas.height * 0.28);
      };
      paint();
      setInterval(paint, 200);
      const stream = canvas.captureStream(5);
      const [track] = stream.getVideoTracks();
      const deviceId = video.deviceId?.exact ?? ids[0];
      track.getSettings = () => ({ deviceId, facingMode: video.facingMode?.ideal });
      track.getCapabilities = () => ({ torch: ${count} > 1 });
      track.applyConstraints = async ({ advanced: [{ torch }] }) => { cameras.torch = torch; };
      cameras.last = track;
      return stream;
    };`);
}

/** A script after which a page's camera sees this PNG. */
export function imageCamera(png: Buffer): string {
  return `navigator.mediaDevices.getUserMedia = async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${png.toString('base64')}';
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const paint = () => canvas.getContext('2d').drawImage(image, 0, 0);
    paint();
    setInterval(paint, 200);
    return canvas.captureStream(5);
  };`;
}
